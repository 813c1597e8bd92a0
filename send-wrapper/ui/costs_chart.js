// What each service cost, piled up over time.

import { kinds, piles } from "./costs_windows.js";
import { Chart } from "./house/chart.js";
import { Empty } from "./house/empty.js";
import { money } from "./house/format.js";
import { html } from "./house/html.js";
import { Panel } from "./house/panel.js";

/** @typedef {import("./costs_windows.js").CostWindow} CostWindow */

/** @param {{ windows: CostWindow[], currency: string, by: string }} props */
export function CostsChart({ windows, currency, by }) {
  const title = kinds[by]?.title;
  const series = piles(windows, currency);
  if (series.length === 0)
    return html`<${Panel} title="Costs"><${Empty} title="No costs are recorded in this time"><p>They appear here when they are collected from AWS, every day by itself or with "Collect now", or entered by hand with "Enter a day".</p></${Empty}></${Panel}>`;
  const open = windows.flatMap((window, at) => (window.window_end > Date.now() && window.days_recorded > 0 ? [at] : []));
  return html`<${Chart} name=${`costs-by-${title}-and-service`} title=${`Cost by ${title} and service`} times=${windows.map((window) => window.window_start)} series=${series}
    format=${(/** @type {number} */ amount) => money(amount, currency)} stacked live=${open.length > 0 ? [open[0], open.at(-1)] : undefined} />`;
}
