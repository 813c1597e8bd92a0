// The most frequent paths, referrers, countries and status codes of a range, with bars.

import { Bars } from "./house/bars.js";
import { count, percent } from "./house/format.js";
import { html, useState } from "./house/html.js";
import { Panel } from "./house/panel.js";
import { CsvButton } from "./house/table.js";
import { units } from "./time_range.js";

/** @typedef {import("./analytics_load.js").Top} Top */
/** @typedef {import("./analytics_load.js").Window} Window */

const SHOWN = 8;
const regions = new Intl.DisplayNames("en", { type: "region", fallback: "code" });

/** @param {string} code */
function country(code) {
  return /^[A-Z]{2}$/.test(code) ? `${regions.of(code)} (${code})` : code;
}

/** Counts of several windows, the most frequent first. @param {Window[]} windows @param {(window: Window) => Top[]} of @returns {Top[]} */
function added(windows, of) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { value, count: times } of windows.flatMap(of)) counts.set(value, (counts.get(value) ?? 0) + times);
  const tops = [...counts].map(([value, times]) => ({ value, count: times }));
  return tops.sort((one, other) => other.count - one.count || (one.value < other.value ? -1 : 1));
}

/** @type {{ id: string, title: string, none: string, of: (window: Window) => Top[], error: (window: Window) => number, text?: (value: string) => string }[]} */
const lists = [
  {
    id: "paths",
    title: "Top paths",
    none: "No path was asked for.",
    of: (one) => one.top_paths,
    error: (one) => one.top_paths_error,
  },
  {
    id: "countries",
    title: "Countries",
    none: "No country was recorded.",
    of: (one) => one.top_countries,
    error: (one) => one.top_countries_error,
    text: country,
  },
  {
    id: "referrers",
    title: "Referrers",
    none: "Nobody came from another site, or none was named.",
    of: (one) => one.top_referrers,
    error: (one) => one.top_referrers_error,
  },
  { id: "status", title: "Status codes", none: "Nothing was answered.", of: (one) => one.status_codes, error: () => 0 },
];

/** @param {{ windows: Window[], unit: import("./time_range.js").Unit }} props */
export function Tops({ windows, unit }) {
  const requests = windows.reduce((all, window) => all + window.total_requests, 0);
  return html`<div class="columns">${lists.map((list) => html`<${List} key=${list.id} list=${list} windows=${windows} requests=${requests} />`)}</div>
    ${windows.length > 1 && html`<p class="small muted">Paths, referrers and countries are added up from the 20 most frequent of each ${units[unit].text}: rare ones may count too low.</p>`}`;
}

/** @param {{ list: typeof lists[number], windows: Window[], requests: number }} props */
function List({ list, windows, requests }) {
  const [isWhole, showAll] = useState(false);
  const { id, title, none, text = String } = list;
  const tops = added(windows, list.of);
  const error = windows.reduce((all, window) => all + list.error(window), 0);
  const rows = tops.slice(0, isWhole ? 100 : SHOWN).map((top) => ({ label: text(top.value), value: top.count }));
  const columns = [
    { id: "value", title, cell: String, value: (/** @type {Top} */ top) => top.value },
    { id: "count", title: "Requests", cell: String, value: (/** @type {Top} */ top) => top.count },
  ];
  const exact = (/** @type {number} */ value) => `${percent(value, requests)} of ${count(requests)} requests`;
  return html`<${Panel} title=${title} note=${error > 0 && `up to ${count(error)} too high`} actions=${html`<${CsvButton} name=${`top-${id}`} columns=${columns} rows=${tops} />`}>
    ${tops.length === 0 ? html`<p class="muted small">${none}</p>` : html`<${Bars} rows=${rows} label=${title} format=${count} exact=${exact} />`}
    ${tops.length > SHOWN && html`<p class="small"><button type="button" class="link" onClick=${() => showAll(!isWhole)}>${isWhole ? "show fewer" : `show more of ${count(tops.length)}`}</button></p>`}
  </${Panel}>`;
}
