// What it costs: the month against its limit, by service, and for each request, transfer and visitor.

import { known, numberColumn, textColumn } from "../columns.js";
import { CostDay } from "../cost_day.js";
import { call } from "../house/api.js";
import { Bars } from "../house/bars.js";
import { Card } from "../house/card.js";
import { Chart } from "../house/chart.js";
import { Choice } from "../house/choice.js";
import { Confirm } from "../house/confirm.js";
import { Empty } from "../house/empty.js";
import { count, counted, money, percent } from "../house/format.js";
import { html, useState } from "../house/html.js";
import { Icon } from "../house/icon.js";
import { useLoad } from "../house/load.js";
import { Loading } from "../house/loading.js";
import { Page } from "../house/page.js";
import { Panel } from "../house/panel.js";
import { useOneOf } from "../house/router.js";
import { useMay } from "../house/session.js";
import { say } from "../house/toast.js";
import { List } from "../list.js";
import { DAY, keyOf } from "../time_range.js";

/** How long windows are: what they are called, one of them, and how many are shown. @type {Record<string, [string, string, number]>} */
const kinds = { daily: ["Days", "day", 62], weekly: ["Weeks", "week", 26], monthly: ["Months", "month", 13] };

/** What the costs are divided by, with the fields. @type {[string, "cost_per_request" | "cost_per_transfer" | "cost_per_active_user", "total_requests" | "total_transfers" | "unique_visitors"][]} */
const each = [
  ["Per request", "cost_per_request", "total_requests"],
  ["Per transfer", "cost_per_transfer", "total_transfers"],
  ["Per visitor", "cost_per_active_user", "unique_visitors"],
];

/** Whether anything is recorded of a window, in this currency. @param {CostWindow} window @param {string} currency */
const isRecorded = (window, currency) => window.days_recorded > 0 && window.currency === currency;

/** What each service cost in all windows, the most expensive first. @param {CostWindow[]} windows */
function byService(windows) {
  /** @type {Map<string, number>} */
  const sums = new Map();
  for (const [name, amount] of windows.flatMap((window) => Object.entries(window.cost_by_service)))
    sums.set(name, (sums.get(name) ?? 0) + Number(amount));
  return [...sums].map(([label, value]) => ({ label, value })).sort((one, other) => other.value - one.value);
}

/** The lines of the chart: the four services that cost most, and what is left of the total. @param {CostWindow[]} windows @param {string} currency @returns {Series[]} */
function piles(windows, currency) {
  const names = byService(windows.filter((window) => isRecorded(window, currency)))
    .map(({ label }) => label)
    .slice(0, 4);
  const values = (/** @type {(window: CostWindow) => number} */ amount) =>
    windows.map((window) => (isRecorded(window, currency) ? amount(window) : null));
  const of = (/** @type {CostWindow} */ window, /** @type {string} */ name) => Number(window.cost_by_service[name] ?? 0);
  const series = names.map((name, at) => ({
    label: shortName(name),
    values: values((window) => of(window, name)),
    color: at + 1,
  }));
  // Of sums of decimal fractions, the last digits are dust.
  const left = values((window) =>
    Number(names.reduce((rest, name) => rest - of(window, name), Number(window.total_cost)).toFixed(9)),
  );
  const others = { label: names.length > 0 ? "others" : "total", values: left, color: 5 };
  return names.length > 0 && !left.some(Boolean) ? series : [...series, others];
}

/** A service's name as there is room for it. @param {string} name */
function shortName(name) {
  if (name === "Amazon Simple Storage Service") return "S3";
  return name.replace(/^(Amazon|AWS) ?/, "").replace(/^Elastic Compute Cloud.*/, "EC2") || name;
}

/** The page. */
export default function Costs() {
  const [by, choose] = useOneOf("by", Object.keys(kinds));
  const [asked, ask] = useState("");
  const [mayWrite, mayCollect] = [useMay("write"), useMay("admin")];
  const short = useLoad(async (signal) => (await call("GET", ["overview"], { signal })).costs, []);
  const series = useLoad(
    (signal) => call("GET", ["costs", "series", by], { signal, query: { last: kinds[by]?.[2] }, longest: 70_000 }),
    [by],
  );
  /** @type {CostWindow[]} */
  const windows = series.value?.windows ?? [];
  const currency = windows.findLast((window) => window.currency !== null)?.currency ?? "USD";
  const rows = windows.filter((window) => isRecorded(window, currency)).reverse();
  const close = () => ask("");
  const done = () => {
    close();
    short.again();
    series.again();
  };
  const actions = html`${mayWrite && html`<button type="button" onClick=${() => ask(keyOf("daily", Date.now() - DAY))}><${Icon} name="edit" />Enter a day</button>`}
    ${mayCollect && html`<button type="button" onClick=${() => ask("collect")}><${Icon} name="again" />Collect now</button>`}`;
  const edit = (/** @type {CostWindow} */ { window_key: date }) =>
    html`<button type="button" class="quiet" aria-label=${`Change ${date}`} title="Change" onClick=${() => ask(date)}><${Icon} name="edit" /></button>`;
  const isSeveral = windows.some((window) => window.currency !== null && window.currency !== currency);
  return html`<${Page} title="Costs" actions=${actions}>
    <${Cards} costs=${short} rows=${series.value && rows} currency=${currency} by=${by} />
    <div class="tools"><${Choice} label="By" value=${by} options=${Object.entries(kinds).map(([kind, [text]]) => [kind, text])} choose=${choose} />
      ${isSeveral && html`<span class="small warn-text">Only costs in ${currency} are shown; there are others.</span>`}</div>
    <div class="columns wide-first">
      <div class="page"><${Loading} of=${series} what="The costs" lines=${10} show=${() => html`<${Piles} windows=${windows} currency=${currency} by=${by} />`} /></div>
      <div class="page"><${Loading} of=${short} what="The month" show=${(/** @type {CostsInShort | null} */ of) => html`<${Alerts} costs=${of} />`} /><${Services} rows=${rows} currency=${currency} by=${by} /></div>
    </div>
    ${rows.length > 0 && html`<${List} title=${kinds[by]?.[0]} name=${`costs-${by}`} columns=${columnsOf(currency)} rows=${rows} id=${(/** @type {CostWindow} */ row) => row.window_key} actions=${mayWrite && by === "daily" ? edit : undefined} />`}
    ${asked === "collect" ? html`<${Collect} close=${close} done=${done} />` : asked && html`<${CostDay} date=${asked} currency=${currency} close=${close} done=${done} />`}
  </${Page}>`;
}

/** @param {string} currency */
function columnsOf(currency) {
  const exact = (/** @type {string} */ text) =>
    html`<span title=${`${text} ${currency}`}>${money(Number(text), currency)}</span>`;
  // Sorted as numbers, saved as the decimal texts that they are.
  const decimal = (
    /** @type {string} */ id,
    /** @type {string} */ title,
    /** @type {(text: string) => View} */ format = exact,
    divisor = "days_recorded",
  ) => {
    const saved = (/** @type {any} */ row) => (row[divisor] ? row[id] : null);
    const value = (/** @type {any} */ row) => (row[divisor] ? Number(row[id]) : null);
    return numberColumn(id, title, { saved, value, cell: (row) => known(saved(row), format) });
  };
  return [
    textColumn("window_key", "When", { isMain: true }),
    decimal("total_cost", "Cost"),
    decimal(
      "delta_previous_pct",
      "Change",
      (by) => `${by.startsWith("-") ? "−" : "+"}${count(Math.abs(Math.round(Number(by))))}%`,
    ),
    ...each.map(([title, field, divisor]) => decimal(field, title, exact, divisor)),
    numberColumn("days_recorded", "Days recorded", {
      show: (days, { days_expected: of }) => html`<span class=${days < of ? "warn-text" : ""}>${days} of ${of}</span>`,
    }),
  ];
}

/** @param {{ costs: Loaded<CostsInShort | null>, rows: CostWindow[] | undefined, currency: string, by: string }} props `rows`: the newest first. */
function Cards({ costs: { value, failure }, rows, currency, by }) {
  const [month, limit] = [value?.month, Number(value?.limits.month)];
  const text = (/** @type {string | undefined} */ amount) =>
    month ? money(Number(amount), month.currency ?? currency) : value === null || failure ? "—" : undefined;
  const [projected, missing] = [Number(month?.projected_month), month ? month.days_over - month.days_recorded : 0];
  const one = (/** @type {typeof each[number]} */ [title, field, divisor]) => {
    // Requests come at once, costs a day later: what runs would look cheap.
    const all = rows?.filter((row) => row.complete && row[divisor] > 0) ?? [];
    const newest = all[0];
    return html`<${Card} key=${field} title=${title} value=${newest ? money(Number(newest[field]), currency) : rows && "—"} exact=${newest?.[field]} note=${newest?.window_key ?? (rows && `no whole ${kinds[by]?.[1]} to divide`)}
      spark=${all.map((row) => Number(row[field])).reverse()} series=${2} />`;
  };
  return html`<div class="cards">
    <${Card} title="This month" value=${text(month?.total_cost)} exact=${month?.total_cost} note=${month && `${month.days_recorded} of ${counted(month.days_over, "day")}${missing > 0 ? `, ${missing} missing` : ""}`} kind=${missing > 0 ? "warn" : ""} />
    <${Card} title="Projected" value=${text(month?.projected_month)} exact=${month?.projected_month} note=${month && `${percent(projected, limit)} of the limit, ${text(value?.limits.month)}`} kind=${projected > limit ? "bad" : projected > 0.9 * limit ? "warn" : ""} />
    ${each.map(one)}</div>`;
}

/** What each service cost, piled up. @param {{ windows: CostWindow[], currency: string, by: string }} props */
function Piles({ windows, currency, by }) {
  if (!windows.some((window) => isRecorded(window, currency)))
    return html`<${Panel} title="Costs"><${Empty} title="No costs are recorded in this time"><p>"Collect now" asks AWS for them, and "Enter a day" takes them by hand.</p></${Empty}></${Panel}>`;
  const open = windows.findIndex((window) => window.window_end > Date.now() && window.days_recorded > 0);
  return html`<${Chart} name=${`costs-by-service-${by}`} title=${`Cost by ${kinds[by]?.[1]} and service`} times=${windows.map((window) => window.window_start)} series=${piles(windows, currency)}
    format=${(/** @type {number} */ amount) => money(amount, currency)} isDays stacked live=${open < 0 ? undefined : [open, open]} />`;
}

/** @param {{ rows: CostWindow[], currency: string, by: string }} props */
function Services({ rows, currency, by }) {
  const services = byService(rows);
  const all = services.reduce((sum, { value }) => sum + value, 0);
  const format = (/** @type {number} */ amount) => money(amount, currency);
  return (
    services.length > 0 &&
    html`<${Panel} title="Services" note=${`in ${counted(rows.length, kinds[by]?.[1] ?? by)}`}>
    <${Bars} rows=${services} label="Services" format=${format} exact=${(/** @type {number} */ amount) => `${percent(amount, all)} of ${format(all)}`} /></${Panel}>`
  );
}

/** What costs more than it may. @param {{ costs: CostsInShort | null }} props */
function Alerts({ costs }) {
  if (!costs) return html`<${Panel} title="Alerts"><p class="muted">They could not be read in time.</p></${Panel}>`;
  const { alerts, limits, month } = costs;
  const may = (/** @type {string} */ amount) => money(Number(amount), month.currency ?? "USD");
  const line = (
    /** @type {typeof alerts[number]} */ { window_type: kind, window_key: key, amount, limit, currency },
  ) => html`<div key=${kind + key} class="tools"><span class="dot bad"></span>
    <span><b>${kind === "monthly" ? "Month, projected" : kind === "weekly" ? "Week" : "Day"}</b> <span class="muted small">${key}</span><br />
    <span class="bad-text num">${money(Number(amount), currency)}</span> <span class="muted num">of ${money(Number(limit), currency)}</span></span></div>`;
  return html`<${Panel} title="Alerts" note=${alerts.length > 0 && String(alerts.length)}><div class="page">
    ${alerts.length > 0 ? alerts.map(line) : html`<div class="tools"><span class="dot ok"></span><span>Nothing costs more than it may.</span></div>`}
    <p class="small muted">Configured limits: ${may(limits.day)} a day, ${may(limits.week)} a week, ${may(limits.month)} a month as it is projected.</p></div></${Panel}>`;
}

/** Asking AWS for the days that are missing, or again for those that are there. @param {{ close: () => void, done: () => void }} props */
function Collect({ close, done }) {
  const [from, setFrom] = useState("");
  const act = async () => {
    // It goes on when nobody waits for it any more.
    const run = await call("POST", ["costs", "collect"], { query: { from }, longest: 3_600_000 });
    say(
      run.requests === 0
        ? "Nothing was missing: AWS was not asked."
        : `Collected ${run.from} to ${run.to}: ${counted(run.created, "day")} new, ${run.changed} changed, ${counted(run.requests, "request")}.`,
    );
    done();
  };
  return html`<${Confirm} title="Collect costs now" action="Ask AWS" act=${act} close=${close}>
    <p>AWS is asked for the days that are missing, and for the last ones, which it may have changed. It charges $0.01 for each request, usually one.</p>
    <label class="field"><span>Ask again for all days from (optional)</span><input type="date" value=${from} onInput=${(/** @type {Typed} */ { target }) => setFrom(target.value)} max=${keyOf("daily", Date.now() - DAY)} /></label>
  </${Confirm}>`;
}
