// Whether the cache and the recorders of the applications work, and what was lost.

import { call } from "./house/api.js";
import { Card } from "./house/card.js";
import { Empty } from "./house/empty.js";
import { count, duration } from "./house/format.js";
import { html } from "./house/html.js";
import { useLive } from "./house/load.js";
import { Loading } from "./house/loading.js";
import { Panel } from "./house/panel.js";
import { zone } from "./house/settings.js";
import { useStore } from "./house/store.js";
import { CsvButton, Table } from "./house/table.js";
import { Text, visible } from "./house/text.js";
import { absolute, Time } from "./house/time.js";

/**
 * @typedef {{ analytics_events: number, transfer_events: number, token_events: number }} Lost
 * @typedef {{ version: string, started_at: number, now: number, cache: Lost & { healthy: boolean, reason: string | null } }} Status
 * @typedef {{ instance: string, started_at: number, beat_at: number, queued: number, recorded: number, dropped: number, lost: number,
 *   left_out: number, degraded: boolean, reason: string | null, ended: boolean, silent: boolean }} Recorder
 */

const EVERY = 15_000;

/** @param {Recorder} recorder @returns {["ok" | "warn" | "bad" | "", string]} */
function stateOf({ ended, silent, degraded }) {
  if (ended) return ["", "ended"];
  if (silent) return ["bad", "silent"];
  return degraded ? ["warn", "degraded"] : ["ok", "recording"];
}

/** @param {"queued" | "recorded" | "dropped" | "lost" | "left_out"} field @param {string} title @param {boolean} [isBad] @returns {import("./house/table.js").Column<Recorder>} */
const figure = (field, title, isBad = false) => ({
  id: field,
  title,
  isNumber: true,
  cell: (row) => html`<span class=${isBad && row[field] > 0 ? "bad-text" : ""}>${count(row[field])}</span>`,
  value: (row) => row[field],
});

/** @type {import("./house/table.js").Column<Recorder>[]} */
const columns = [
  { id: "instance", title: "Recorder", isMain: true, cell: (row) => visible(row.instance), value: (row) => row.instance },
  {
    id: "state",
    title: "State",
    cell: (row) =>
      html`<span class=${`chip ${stateOf(row)[0]}`}>${stateOf(row)[1]}</span>${row.reason && html` <${Text} of=${row.reason} most=${60} />`}`,
    value: (row) => stateOf(row)[1],
  },
  { id: "beat", title: "Last word", cell: (row) => html`<${Time} at=${row.beat_at} />`, value: (row) => row.beat_at },
  { id: "since", title: "Records since", cell: (row) => html`<${Time} at=${row.started_at} />`, value: (row) => row.started_at },
  figure("recorded", "Recorded"),
  figure("queued", "Waiting"),
  figure("left_out", "Left out"),
  figure("dropped", "Dropped", true),
  figure("lost", "Lost", true),
];

/** The panel. */
export function HealthPanel() {
  useStore(zone);
  const status = useLive((signal) => call("GET", ["info", "status"], { signal }), [], EVERY);
  const recorders = useLive((signal) => call("GET", ["info", "recorders"], { signal }), [], EVERY);
  /** @type {Status | undefined} */
  const value = status.value;
  /** @type {Recorder[] | undefined} */
  const rows = recorders.value?.recorders;
  const lost = value && value.cache.analytics_events + value.cache.transfer_events + value.cache.token_events;
  const missing = rows?.filter((row) => !row.ended && (row.silent || row.degraded)).length ?? 0;
  const lostThere = rows?.reduce((all, row) => all + row.dropped + row.lost, 0);
  const [state, kind] = status.failure
    ? ["—", "bad"]
    : !value
      ? [undefined, ""]
      : value.cache.healthy
        ? ["healthy", "ok"]
        : ["failing", "bad"];
  const note = status.failure ? "this service does not answer" : value && (value.cache.reason ?? "its storage reads and writes");
  const active = rows?.filter((row) => !row.ended && !row.silent).length;
  const show = () =>
    rows?.length === 0
      ? html`<${Empty} title="No recorder has spoken yet"><p>Each process of the application records what happens, and says every minute how it is. It appears here with its first word.</p></${Empty}>`
      : html`<${Table} name="recorders" label="Recorders" columns=${columns} rows=${rows ?? []} id=${(/** @type {Recorder} */ row) => row.instance} />`;
  const facts = (/** @type {Status} */ { cache, started_at: since }) => html`<dl class="facts">
      <dt>Events of analytics</dt><dd class="num">${count(cache.analytics_events)}</dd>
      <dt>Events of transfers</dt><dd class="num">${count(cache.transfer_events)}</dd>
      <dt>Events of tokens</dt><dd class="num">${count(cache.token_events)}</dd></dl>
      <p class="small muted">What this service could not write since it was started, ${absolute(since)}. Nobody who used the site was told; its log says why.</p>`;
  return html`<div class="cards" aria-live="polite">
      <${Card} title="Cache" value=${state} note=${note} kind=${kind} />
      <${Card} title="Recorders" value=${active === undefined ? recorders.failure && "—" : count(active)} note=${rows && (missing > 0 ? `${missing} not as it should be` : "all as they should be")} kind=${missing > 0 ? "bad" : "ok"} />
      <${Card} title="Lost by recorders" value=${lostThere === undefined ? recorders.failure && "—" : count(lostThere)} note="events, since each was started" kind=${lostThere ? "bad" : ""} />
      <${Card} title="Lost here" value=${lost === undefined ? status.failure && "—" : count(lost)} note=${value && `since ${absolute(value.started_at)}`} kind=${lost ? "bad" : ""} />
      <${Card} title="Running for" value=${value ? duration(value.now - value.started_at) : status.failure && "—"} note=${value && `send-admin ${value.version}`} />
    </div>
    <${Panel} title="Recorders" flush actions=${html`<${CsvButton} name="recorders" columns=${columns} rows=${rows ?? []} />`}><${Loading} of=${recorders} what="The recorders" show=${show} /></${Panel}>
    <${Panel} title="Lost in this service"><${Loading} of=${status} what="The state" lines=${3} show=${facts} /></${Panel}>`;
}
