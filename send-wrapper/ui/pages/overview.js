// Whether it is used, whether anything is wrong, and what it costs: one look.

import { Attention, attentionOf } from "../attention.js";
import { countryColumn, textColumn, timeColumn } from "../columns.js";
import { call } from "../house/api.js";
import { Card } from "../house/card.js";
import { Chart } from "../house/chart.js";
import { Empty } from "../house/empty.js";
import { count, duration, money, percent, short, size } from "../house/format.js";
import { html } from "../house/html.js";
import { useLive } from "../house/load.js";
import { Loading } from "../house/loading.js";
import { Page } from "../house/page.js";
import { Panel } from "../house/panel.js";
import { address } from "../house/router.js";
import { zone } from "../house/settings.js";
import { useStore } from "../house/store.js";
import { Table } from "../house/table.js";
import { Text } from "../house/text.js";
import { clock } from "../house/time.js";

const HOUR = 3_600_000;

/** Of the last events. */
const columns = [
  timeColumn("timestamp", "When"),
  textColumn("event_type", "Kind", { cell: ({ event_type: kind }) => kind.replaceAll("_", " ") }),
  textColumn("path", "What", {
    isMain: true,
    cell: ({ method, path }) => html`<span class="muted">${method}</span> <${Text} of=${path} mono />`,
  }),
  textColumn("status_code", "Status", {
    isNumber: true,
    cell: ({ status_code: status }) => status && html`<span class=${status >= 400 ? "bad-text" : ""}>${status}</span>`,
  }),
  countryColumn,
];

/** Figures of a day. @type {[string, (day: any) => string][]} */
const figures = [
  ["Requests", (day) => count(day.total_requests)],
  ["Visitors", (day) => count(day.unique_visitors)],
  ["Transfers completed", (day) => count(day.completed_transfers)],
  ["Files in", (day) => count(day.file_uploads)],
  ["Files out", (day) => count(day.file_downloads)],
  ["Bytes in and out", (day) => size(day.total_bytes)],
  ["Uses of tokens", (day) => count(day.token_uses)],
  ["Errors", (day) => percent(day.error_count, day.total_requests)],
  ["Half answered within", (day) => duration(day.p50_duration_ms)],
  ["95% answered within", (day) => duration(day.p95_duration_ms)],
];

/** The page. */
export default function Overview() {
  useStore(zone);
  const overview = useLive((signal) => call("GET", ["overview"], { signal }), [], 10_000);
  const hours = useLive(
    (signal) => call("GET", ["analytics", "series", "hourly"], { signal, query: { last: 48 }, longest: 70_000 }),
    [],
    300_000,
  );
  const { value, failure } = overview;
  const { pulse, today, tokens, costs } = value ?? {};
  const wrong = value ? attentionOf(value) : [];
  const weekday = new Intl.DateTimeFormat("en-GB", { weekday: "long", timeZone: "UTC" }).format(value?.taken_at);
  // A part that could not be read has a dash, and stands under what needs attention.
  const card = (
    /** @type {string} */ title,
    /** @type {any} */ part,
    /** @type {(part: any) => [string, string, boolean?]} */ told,
    /** @type {string} */ href,
  ) => {
    const [figure, note = "", isBad] = part ? told(part) : [value && "—"];
    return html`<${Card} title=${title} value=${figure} note=${note} kind=${isBad ? "warn" : ""} href=${href} />`;
  };
  const dollars = (/** @type {string} */ amount) => money(Number(amount), costs.month.currency ?? "USD");
  const [analytics, transfers] = [address(["analytics"]), address(["transfers"])];
  const events = () =>
    value.recent_events?.length
      ? html`<${Table} name="events" label="Latest events" columns=${columns} rows=${value.recent_events} id=${(/** @type {any} */ event) => event.event_id} isSortable=${false} />`
      : !value.recent_events
        ? html`<p class="muted">—</p>`
        : html`<${Empty} title="Nothing has happened in the last 24 hours"><p>Requests appear here as the application records them.</p></${Empty}>`;
  const day = (/** @type {string} */ id, /** @type {string} */ title) => ({
    id,
    title,
    isNumber: true,
    cell: (/** @type {any} */ [, of]) => (value[id] ? of(value[id]) : "—"),
  });
  const days = [
    { id: "figure", title: "Figure", isMain: true, cell: (/** @type {any} */ [title]) => title },
    day("today", "Today so far"),
    day("yesterday", "Yesterday"),
    day("week_ago", `Last ${weekday}`),
  ];
  const shown = (/** @type {() => import("../house/html.js").View} */ show) =>
    html`<${Loading} of=${{ ...overview, failure: undefined }} lines=${9} show=${show} />`;
  return html`<${Page} title="Overview" note=${value && html`<span class=${failure ? "chip warn" : "chip ok"} role="status">${failure ? "not live" : "live"} · ${clock(value.taken_at)}</span>`}>
    ${failure && html`<${Loading} of=${overview} what="The overview" show=${() => null} />`}
    <div class="cards tiles">
      ${card("Requests, 5 min", pulse, (is) => [count(is.active_requests), is.bot_requests ? `and ${count(is.bot_requests)} of bots` : "of people"], analytics)}
      ${card("Visitors, 5 min", pulse, (is) => [count(is.active_visitors), today ? `${count(today.unique_visitors)} today` : ""], analytics)}
      ${card("Transfers, 5 min", pulse, (is) => [count(is.active_transfers), today ? `${count(today.completed_transfers)} completed today` : ""], transfers)}
      ${card("Errors today", today, (is) => [percent(is.error_count, is.total_requests), `${count(is.error_count)} of ${count(is.total_requests)}`, is.error_count * 50 > is.total_requests], analytics)}
      ${card("Active tokens", tokens, (is) => [count(is.active), `of ${count(is.total)}`], address(["tokens"], { status: "active" }))}
      ${card("Cost this month", costs, ({ month, limits }) => [dollars(month.total_cost), `of ${dollars(limits.month)}, ${month.days_recorded ? `ends at ${dollars(month.projected_month)}` : "no day is known"}`, Number(month.projected_month) > Number(limits.month)], address(["costs"]))}
    </div>
    <div class="columns wide-first">
      <div class="page"><${Loading} of=${hours} what="The hours" lines=${9} show=${(/** @type {any} */ { windows }) => html`<${Requests} hours=${windows} />`} />
        <${Panel} title="Today against other days" note="UTC" flush>${shown(() => html`<${Table} name="days" label="Today against other days" columns=${days} rows=${figures} id=${(/** @type {any} */ [title]) => title} isSortable=${false} />`)}</${Panel}></div>
      <${Panel} title="Needs attention" note=${value && html`<span class=${`chip ${wrong.length > 0 ? "warn" : "ok"}`}>${count(wrong.length)}</span>`}>
        ${shown(() => html`<${Attention} of=${wrong} />`)}</${Panel}>
    </div>
    <${Panel} title="Latest events" flush actions=${html`<a href=${analytics}>Analytics</a>`}>${shown(events)}</${Panel}>
  </${Page}>`;
}

/** Requests by hour, of today and yesterday. @param {{ hours: any[] }} props */
function Requests({ hours }) {
  const known = new Map(hours.map((hour) => [hour.window_start, hour.total_requests]));
  const now = Math.max(0, ...known.keys());
  const times = Array.from({ length: 24 }, (_, hour) => now - (now % (24 * HOUR)) + hour * HOUR);
  const values = (/** @type {number} */ back) => times.map((at) => (at - back > now ? null : (known.get(at - back) ?? 0)));
  return html`<${Chart} name="requests" title="Requests by hour" times=${times} format=${(/** @type {number} */ value) => (Number.isInteger(value) ? short(value) : "")}
    series=${[{ label: "today", values: values(0), kind: "area" }, { label: "yesterday", values: values(24 * HOUR), kind: "before" }]} />`;
}
