// Whether the cache and the recorders of the applications work, and what was lost.

import { chip, numberColumn, textColumn, timeColumn } from "./columns.js";
import { call } from "./house/api.js";
import { Card } from "./house/card.js";
import { count, duration } from "./house/format.js";
import { html } from "./house/html.js";
import { useLive } from "./house/load.js";
import { Problem } from "./house/problem.js";
import { zone } from "./house/settings.js";
import { useStore } from "./house/store.js";
import { Text } from "./house/text.js";
import { absolute } from "./house/time.js";
import { List } from "./list.js";

const EVERY = 15_000;

/** @param {Recorder} recorder */
function stateOf({ ended, silent, degraded, forgotten }) {
  if (ended || forgotten) return ended ? "ended" : "gone";
  return silent ? "silent" : degraded ? "degraded" : "recording";
}

/** What should not be there. @param {string} id @param {string} title */
const badColumn = (id, title) =>
  numberColumn(id, title, { format: (value) => html`<span class=${value > 0 ? "bad-text" : ""}>${count(value)}</span>` });

const columns = [
  textColumn("instance", "Recorder", { isMain: true }),
  textColumn("state", "State", {
    value: stateOf,
    show: (state, { reason }) => html`${chip(state)}${reason && html` <${Text} of=${reason} most=${60} />`}`,
  }),
  timeColumn("beat_at", "Last word"),
  timeColumn("started_at", "Records since"),
  numberColumn("recorded", "Recorded"),
  numberColumn("queued", "Waiting"),
  numberColumn("left_out", "Left out"),
  badColumn("dropped", "Dropped"),
  badColumn("lost", "Lost"),
];

/** The tab. */
export function Health() {
  useStore(zone);
  const status = useLive((signal) => call("GET", ["info", "status"], { signal }), [], EVERY);
  const recorders = useLive((signal) => call("GET", ["info", "recorders"], { signal }), [], EVERY);
  /** @type {Status | undefined} */
  const value = status.value;
  /** @type {Recorder[]} */
  const rows = recorders.value?.recorders ?? [];
  const cache = value?.cache;
  const unsaid = (/** @type {Loaded<any>} */ of) => of.failure && "—";
  const parts = cache && [cache.analytics_events, cache.transfer_events, cache.token_events];
  const lost = parts?.reduce((all, part) => all + part, 0);
  const lostThere = rows.reduce((all, row) => all + row.dropped + row.lost, 0);
  const odd = rows.filter((row) => !row.ended && !row.forgotten && (row.silent || row.degraded)).length;
  const isWell = cache?.healthy && !status.failure;
  return html`${status.failure && html`<${Problem} failure=${status.failure} again=${status.again} what="The state" stale=${value} />`}
    <div class="cards" aria-live="polite">
      <${Card} title="Cache" value=${status.failure ? "—" : cache && (isWell ? "healthy" : "failing")} kind=${isWell ? "ok" : "bad"}
        note=${cache && (cache.reason ?? "its storage reads and writes")} />
      <${Card} title="Recorders" value=${recorders.value ? count(rows.filter((row) => !row.ended && !row.silent).length) : unsaid(recorders)} kind=${odd > 0 ? "bad" : ""}
        note=${recorders.value && (odd > 0 ? `${odd} not as it should be` : "record now")} />
      <${Card} title="Lost by recorders" value=${recorders.value ? count(lostThere) : unsaid(recorders)} note="events, since each was started" kind=${lostThere > 0 ? "bad" : ""} />
      <${Card} title="Lost here" value=${lost === undefined ? unsaid(status) : count(lost)} kind=${lost ? "bad" : ""}
        note=${parts && `analytics ${parts[0]}, transfers ${parts[1]}, tokens ${parts[2]}`} />
      <${Card} title="Running for" value=${value ? duration(value.now - value.started_at) : unsaid(status)} note=${value && `since ${absolute(value.started_at)}`} />
    </div>
    <${List} title="Recorders" name="recorders" of=${recorders} columns=${columns} rows=${rows} id=${(/** @type {Recorder} */ row) => row.instance}
      empty="No recorder has spoken yet"><p>Each process of the application records what happens, and says every minute how it is.</p></${List}>
    <p class="small muted">"Lost here" counts what this service could not write since it was started; its log says why.</p>`;
}
