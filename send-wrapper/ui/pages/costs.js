// What it costs: the month against its limit, by service, and for each request, transfer and visitor.

import { CollectCosts } from "../collect_costs.js";
import { CostAlerts } from "../cost_alerts.js";
import { CostCards } from "../cost_cards.js";
import { CostDay } from "../cost_day.js";
import { CostServices } from "../cost_services.js";
import { CostsChart } from "../costs_chart.js";
import { CostsTable } from "../costs_table.js";
import { byService, currencyOf, isRecorded, kinds } from "../costs_windows.js";
import { call } from "../house/api.js";
import { Choice } from "../house/choice.js";
import { html, useState } from "../house/html.js";
import { Icon } from "../house/icon.js";
import { useLoad } from "../house/load.js";
import { Loading } from "../house/loading.js";
import { Page } from "../house/page.js";
import { Panel } from "../house/panel.js";
import { useQuery } from "../house/router.js";
import { useMay } from "../house/session.js";
import { DAY, keyOf } from "../time_range.js";

/** @typedef {import("../costs_windows.js").CostWindow} CostWindow */
/** @typedef {import("../costs_windows.js").InShort} InShort */

/** The page. */
export default function Costs() {
  const [chosen, choose] = useQuery("by", "daily");
  const by = Object.hasOwn(kinds, chosen) ? chosen : "daily";
  const [asked, ask] = useState(/** @type {{ what: "collect" } | { what: "day", date: string } | undefined} */ (undefined));
  const [mayWrite, mayCollect] = [useMay("write"), useMay("admin")];
  const short = useLoad(async (signal) => (await call("GET", ["overview"], { signal })).costs, []);
  const series = useLoad(
    (signal) => call("GET", ["costs", "series", by], { signal, query: { last: kinds[by]?.last }, longest: 70_000 }),
    [by],
  );
  /** @type {CostWindow[]} */
  const windows = series.value?.windows ?? [];
  const currency = currencyOf(windows);
  const rows = windows.filter((window) => isRecorded(window, currency)).reverse();
  const done = () => {
    ask(undefined);
    short.again();
    series.again();
  };
  const editDay = (/** @type {string} */ date) => ask({ what: "day", date });
  const actions = html`${mayWrite && html`<button type="button" onClick=${() => editDay(keyOf("daily", Date.now() - DAY))}><${Icon} name="edit" />Enter a day</button>`}
    ${mayCollect && html`<button type="button" onClick=${() => ask({ what: "collect" })}><${Icon} name="again" />Collect now</button>`}`;
  const isSeveral = windows.some((window) => window.currency !== null && window.currency !== currency);
  const edit = (/** @type {CostWindow} */ { window_key: date }) =>
    html`<button type="button" class="quiet" aria-label=${`Change ${date}`} title="Change" onClick=${() => editDay(date)}><${Icon} name="edit" /></button>`;
  const alerts = (/** @type {InShort | null} */ value) =>
    value
      ? html`<${CostAlerts} costs=${value} />`
      : html`<${Panel} title="Alerts"><p class="muted">They could not be read in time.</p></${Panel}>`;
  return html`<${Page} title="Costs" actions=${actions}>
    <${CostCards} costs=${short} rows=${series.value && rows} currency=${currency} />
    <div class="tools"><${Choice} label="By" value=${by} options=${Object.entries(kinds).map(([kind, { text }]) => [kind, text])} choose=${choose} />
      ${isSeveral && html`<span class="small warn-text">Only what is in ${currency} is shown; there are costs in another currency.</span>`}</div>
    <div class="columns wide-first">
      <div class="page"><${Loading} of=${series} what="The costs" lines=${10} show=${() => html`<${CostsChart} windows=${windows} currency=${currency} by=${by} />`} /></div>
      <div class="page"><${Loading} of=${short} what="The month" show=${alerts} /><${CostServices} windows=${windows} currency=${currency} by=${by} /></div>
    </div>
    <${CostsTable} rows=${rows} currency=${currency} by=${by} edit=${mayWrite && by === "daily" ? edit : undefined} />
    ${asked?.what === "collect" && html`<${CollectCosts} close=${() => ask(undefined)} done=${done} />`}
    ${asked?.what === "day" && html`<${CostDay} date=${asked.date} currency=${currency} services=${byService(windows, currency).map(({ name }) => name)} close=${() => ask(undefined)} done=${done} />`}
  </${Page}>`;
}
