// What is going on right now.

import { call } from "../house/api.js";
import { Card } from "../house/card.js";
import { Empty } from "../house/empty.js";
import { count } from "../house/format.js";
import { html } from "../house/html.js";
import { useLive } from "../house/load.js";
import { Loading } from "../house/loading.js";
import { Page } from "../house/page.js";
import { Panel } from "../house/panel.js";
import { zone } from "../house/settings.js";
import { useStore } from "../house/store.js";
import { Table } from "../house/table.js";
import { Text } from "../house/text.js";
import { clock, exact } from "../house/time.js";

/**
 * An event as `GET /analytics/pulse` shows it.
 * @typedef {{ timestamp: number, event_id: string, event_type: string, method: string | null, path: string | null,
 *   status_code: number | null, country: string | null }} RecentEvent
 */

const EVERY = 10_000;

/** @type {import("../house/table.js").Column<RecentEvent>[]} */
const columns = [
  {
    id: "time",
    title: "Time",
    cell: ({ timestamp }) =>
      html`<time dateTime=${new Date(timestamp).toISOString()} title=${exact(timestamp)}>${clock(timestamp)}</time>`,
    value: ({ timestamp }) => timestamp,
  },
  { id: "kind", title: "Kind", cell: ({ event_type }) => event_type.replaceAll("_", " "), value: ({ event_type }) => event_type },
  {
    id: "path",
    title: "What",
    isMain: true,
    cell: ({ method, path }) => html`<span class="muted">${method}</span> <${Text} of=${path} mono />`,
    value: ({ path }) => path,
  },
  {
    id: "status",
    title: "Status",
    isNumber: true,
    cell: ({ status_code: status }) => status && html`<span class=${status >= 400 ? "bad-text" : ""}>${status}</span>`,
    value: ({ status_code }) => status_code,
  },
  { id: "country", title: "From", cell: ({ country }) => country ?? "—", value: ({ country }) => country },
];

/** The page. */
export default function Overview() {
  useStore(zone);
  const pulse = useLive((signal) => call("GET", ["analytics", "pulse"], { signal, query: { window_minutes: 5 } }), [], EVERY);
  const { value, failure } = pulse;
  const figure = (/** @type {string} */ name) => (value ? count(value[name]) : undefined);
  const live =
    value &&
    html`<span class=${failure ? "chip warn" : "chip ok"} role="status">${failure ? "not live" : "live"} · ${clock(pulse.at)}</span>`;
  const events = (/** @type {{ recent_events: RecentEvent[] }} */ { recent_events: rows }) =>
    rows.length === 0
      ? html`<${Empty} title="Nothing has happened in the last 5 minutes"><p>Requests appear here as the application records them.</p></${Empty}>`
      : html`<${Table} name="events" label="Latest events" columns=${columns} rows=${rows} id=${(/** @type {RecentEvent} */ event) => event.event_id} isSortable=${false} />`;
  return html`<${Page} title="Overview" note=${live}>
    <div class="cards">
      <${Card} title="Requests, 5 min" value=${figure("active_requests")} note="of people" />
      <${Card} title="Visitors, 5 min" value=${figure("active_visitors")} />
      <${Card} title="Transfers, 5 min" value=${figure("active_transfers")} />
      <${Card} title="Bots, 5 min" value=${figure("bot_requests")} note="requests; in no other figure" />
    </div>
    <${Panel} title="Latest events" flush><${Loading} of=${pulse} what="The pulse" show=${events} /></${Panel}>
  </${Page}>`;
}
