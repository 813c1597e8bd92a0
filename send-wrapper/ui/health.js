// Whether the cache and the recorders of the applications work, and what was lost.

import { absolute, Card, call, count, duration, html, Problem, Text, useLive, useStore, visible, zone } from "./kit.js";
import { chip, column, figure, List, main, time } from "./list.js";

const EVERY = 15_000;

/** @param {Recorder} recorder */
function stateOf({ ended, silent, degraded }) {
  if (ended) return "ended";
  return silent ? "silent" : degraded ? "degraded" : "recording";
}

/** What should not be there. @param {number} value */
const bad = (value) => html`<span class=${value > 0 ? "bad-text" : ""}>${count(value)}</span>`;

/** @type {Column<Recorder>[]} */
const columns = [
  main("instance", "Recorder", (row) => row.instance, visible),
  column(
    "state",
    "State",
    stateOf,
    (state, row) => html`${chip(state)}${row.reason && html` <${Text} of=${row.reason} most=${60} />`}`,
  ),
  column("beat", "Last word", (row) => row.beat_at, time),
  column("since", "Records since", (row) => row.started_at, time),
  figure("recorded", "Recorded", (row) => row.recorded),
  figure("queued", "Waiting", (row) => row.queued),
  figure("left", "Left out", (row) => row.left_out),
  figure("dropped", "Dropped", (row) => row.dropped, bad),
  figure("lost", "Lost", (row) => row.lost, bad),
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
  const odd = rows.filter((row) => !row.ended && (row.silent || row.degraded)).length;
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
      empty=${["No recorder has spoken yet", "Each process of the application records what happens, and says every minute how it is."]} />
    <p class="small muted">"Lost here" counts what this service could not write since it was started; its log says why.</p>`;
}
