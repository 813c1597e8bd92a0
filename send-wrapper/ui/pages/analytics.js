// What happened on the site, against the time before.

import { countryName, numberColumn, textColumn } from "../columns.js";
import { cardOf, loadFigures, metrics, seriesOf, sum } from "../figures.js";
import { Bars } from "../house/bars.js";
import { Card } from "../house/card.js";
import { Chart } from "../house/chart.js";
import { Choice } from "../house/choice.js";
import { Empty } from "../house/empty.js";
import { count, counted, percent } from "../house/format.js";
import { html, useState } from "../house/html.js";
import { useLive } from "../house/load.js";
import { Loading } from "../house/loading.js";
import { Page } from "../house/page.js";
import { Panel } from "../house/panel.js";
import { address, go, route, useQuery } from "../house/router.js";
import { zone } from "../house/settings.js";
import { useStore } from "../house/store.js";
import { CsvButton } from "../house/table.js";
import { clock } from "../house/time.js";
import { DAY, keyOf, ranges, units, windowAt } from "../time_range.js";

const EVERY = 60_000;

/** This page with another query; what is empty is left out. @param {Record<string, string>} changed */
function withQuery(changed) {
  const query = Object.entries({ ...Object.fromEntries(route.get().query), ...changed }).filter(([, value]) => value);
  return address(["analytics"], Object.fromEntries(query));
}

/** @param {string} range @param {string} [from] @param {string} [to] */
const showRange = (range, from = "", to = "") => go(withQuery({ range, from, to }));

/** The page. */
export default function Analytics() {
  const [range] = useQuery("range", "today");
  const [from] = useQuery("from");
  const [to] = useQuery("to");
  const [show] = useQuery("show");
  useStore(zone);
  const figures = useLive((signal) => loadFigures(range, from, to, signal), [range, from, to], EVERY);
  const { value, failure } = figures;
  const metric = metrics.find(({ id }) => id === show) ?? metrics[0];
  const card = (/** @type {Metric} */ one) => {
    const [figure, exact, note, kind] = value ? cardOf(one, value) : [];
    const spark = value ? seriesOf(one, value)[0]?.values.filter((known) => known !== null) : [];
    return html`<${Card} key=${one.id} title=${one.title} value=${figure} exact=${exact} note=${note} kind=${kind} spark=${spark} series=${one.lines[0]?.[2]}
      href=${withQuery({ show: one.id })} isCurrent=${one === metric} />`;
  };
  const live =
    value?.live &&
    html`<span class=${failure ? "chip warn" : "chip ok"} role="status">${failure ? "not live" : "live"} · ${clock(figures.at)}</span>`;
  return html`<${Page} title="Analytics" note=${live}>
    <${Picker} range=${range} from=${from} to=${to} />
    <div class="cards six">${metrics.map(card)}</div>
    <${Loading} of=${figures} what="The figures" lines=${10} show=${(/** @type {Figures} */ all) => html`<${Shown} figures=${all} metric=${metric} />`} />
  </${Page}>`;
}

/** A few ranges that are usual, and any other by its days. @param {{ range: string, from: string, to: string }} props */
function Picker({ range, from, to }) {
  const now = Date.now();
  const today = keyOf("daily", now);
  const choose = (/** @type {string} */ next) =>
    next === "any" ? showRange(next, keyOf("daily", windowAt("daily", now, -13)), today) : showRange(next);
  const field = (/** @type {string} */ label, /** @type {string} */ value, /** @type {(next: string) => void} */ change) =>
    html`<label class="tools"><span class="small muted">${label}</span><input type="date" min="2000-01-01" max=${today} value=${value.slice(0, 10)}
      onChange=${(/** @type {Typed} */ { target }) => target.value && change(target.value)} /></label>`;
  return html`<div class="tools"><${Choice} label="Range" value=${range} options=${ranges} choose=${choose} />${
    range === "any" &&
    html`${field("from", from, (next) => showRange(range, next, to.slice(0, 10)))}${field("to", to, (next) => showRange(range, from.slice(0, 10), next))}`
  }</div>`;
}

/** @param {{ figures: Figures, metric: Metric }} props */
function Shown({ figures, metric }) {
  const { times, unit, windows, before, live, whole, wholeUnit } = figures;
  const bots = sum(whole, "bot_requests");
  if (sum(whole, "total_requests") + sum(before, "total_requests") + bots === 0)
    return html`<${Panel} title=${metric.title}><${Empty} title="Nothing was recorded in this time"><p>Figures appear as the application records what happens: its recorders are under <a href=${address(["system"])}>System</a>.</p></${Empty}></${Panel}>`;
  const half = units["30min"][0];
  const zoom = (/** @type {number} */ begin, /** @type {number} */ end) =>
    showRange("any", keyOf("30min", windowAt("30min", begin)), keyOf("30min", windowAt("30min", end + half - 1)));
  const moved = sum(windows, "late_events") + sum(windows, "early_events");
  const unread = sum(windows, "unreadable_parts");
  const shown = [times[0], times.at(-1)].map((at = 0) => keyOf(unit === "hourly" ? "30min" : unit, at).replace("T", " "));
  const left = [
    `By ${units[unit][2]} from ${shown.join(" to ")} UTC.`,
    "Drag over a part of the chart to look closer; Back leads back.",
    bots > 0 && `Without ${counted(bots, "request")} of bots.`,
    moved > 0 && `${counted(moved, "event")} came too late or too early to count.`,
    unread > 0 && `${counted(unread, "part")} could be read in part alone.`,
  ];
  return html`<${Chart} name=${`analytics-${metric.id}`} title=${`${metric.title} by ${units[unit][2]}`} times=${times} series=${seriesOf(metric, figures)} format=${metric.format} live=${live} zoom=${zoom} isDays=${units[unit][0] >= DAY} />
    <p class="small muted">${left.filter(Boolean).join(" ")}</p>
    <${Tops} windows=${whole} unit=${wholeUnit} />`;
}

const SHOWN = 8;

/** @type {[TopList, string][]} */
const lists = [
  ["top_paths", "Top paths"],
  ["top_countries", "Countries"],
  ["top_referrers", "Referrers"],
  ["status_codes", "Status codes"],
];

/** @param {{ windows: Totals[], unit: Unit }} props */
function Tops({ windows, unit }) {
  return html`<div class="columns">${lists.map((list) => html`<${Most} key=${list[0]} list=${list} windows=${windows} />`)}</div>
    ${windows.length > 1 && html`<p class="small muted">Added up from the 20 most frequent of each ${units[unit][2]}: rare ones may count too low.</p>`}`;
}

/** @param {{ list: typeof lists[number], windows: Totals[] }} props */
function Most({ list: [field, title], windows }) {
  const [isWhole, showAll] = useState(false);
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const top of windows.flatMap((window) => window[field])) counts.set(top.value, (counts.get(top.value) ?? 0) + top.count);
  const tops = [...counts].map(([value, of]) => ({ value, count: of })).sort((one, other) => other.count - one.count);
  const all = windows.reduce((sum, window) => sum + window.total_requests, 0);
  const error = windows.reduce((sum, window) => sum + (Reflect.get(window, `${field}_error`) ?? 0), 0);
  const label = (/** @type {Top} */ { value }) => {
    const name = field === "top_countries" ? countryName(value) : value;
    return name === value ? value : `${name} (${value})`;
  };
  const rows = tops.slice(0, isWhole ? 100 : SHOWN).map((top) => ({ label: label(top), value: top.count }));
  const columns = [textColumn("value", title), numberColumn("count", "Requests")];
  return html`<${Panel} title=${title} note=${error > 0 && `up to ${count(error)} too high`} actions=${html`<${CsvButton} name=${field} columns=${columns} rows=${tops} />`}>
    ${rows.length === 0 ? html`<p class="muted small">None was recorded.</p>` : html`<${Bars} rows=${rows} label=${title} format=${count} exact=${(/** @type {number} */ of) => `${percent(of, all)} of ${count(all)} requests`} />`}
    ${tops.length > SHOWN && html`<p class="small"><button type="button" class="link" onClick=${() => showAll(!isWhole)}>${isWhole ? "show fewer" : `show more of ${count(tops.length)}`}</button></p>`}
  </${Panel}>`;
}
