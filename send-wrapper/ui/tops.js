// The most frequent paths, referrers, countries and status codes, with bars.

import { Bars, CsvButton, count, html, Panel, percent, useState } from "./kit.js";
import { column } from "./list.js";
import { units } from "./time_range.js";

const SHOWN = 8;
const regions = new Intl.DisplayNames("en", { type: "region" });

/** @type {[TopList, string, string][]} */
const lists = [
  ["top_paths", "Top paths", "No path was asked for."],
  ["top_countries", "Countries", "No country was recorded."],
  ["top_referrers", "Referrers", "Nobody came from another site, or none was named."],
  ["status_codes", "Status codes", "Nothing was answered."],
];

/** @param {{ windows: Totals[], unit: Unit }} props */
export function Tops({ windows, unit }) {
  return html`<div class="columns">${lists.map((list) => html`<${Most} key=${list[0]} list=${list} windows=${windows} />`)}</div>
    ${windows.length > 1 && html`<p class="small muted">Added up from the 20 most frequent of each ${units[unit][2]}: rare ones may count too low.</p>`}`;
}

/** @param {{ list: typeof lists[number], windows: Totals[] }} props */
function Most({ list: [field, title, none], windows }) {
  const [isWhole, showAll] = useState(false);
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const top of windows.flatMap((window) => window[field])) counts.set(top.value, (counts.get(top.value) ?? 0) + top.count);
  const tops = [...counts].map(([value, of]) => ({ value, count: of })).sort((one, other) => other.count - one.count);
  const all = windows.reduce((sum, window) => sum + window.total_requests, 0);
  const error = windows.reduce((sum, window) => sum + (Reflect.get(window, `${field}_error`) ?? 0), 0);
  const label = (/** @type {Top} */ { value }) =>
    field === "top_countries" && /^[A-Z]{2}$/.test(value) ? `${regions.of(value)} (${value})` : value;
  const rows = tops.slice(0, isWhole ? 100 : SHOWN).map((top) => ({ label: label(top), value: top.count }));
  const columns = [
    column("value", title, (/** @type {Top} */ top) => top.value),
    column("count", "Requests", (/** @type {Top} */ top) => top.count),
  ];
  return html`<${Panel} title=${title} note=${error > 0 && `up to ${count(error)} too high`} actions=${html`<${CsvButton} name=${field} columns=${columns} rows=${tops} />`}>
    ${rows.length === 0 ? html`<p class="muted small">${none}</p>` : html`<${Bars} rows=${rows} label=${title} format=${count} exact=${(/** @type {number} */ of) => `${percent(of, all)} of ${count(all)} requests`} />`}
    ${tops.length > SHOWN && html`<p class="small"><button type="button" class="link" onClick=${() => showAll(!isWhole)}>${isWhole ? "show fewer" : `show more of ${count(tops.length)}`}</button></p>`}
  </${Panel}>`;
}
