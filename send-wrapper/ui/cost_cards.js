// The month against its limit, and what a request, a transfer and a visitor cost.

import { each } from "./costs_windows.js";
import { Card } from "./house/card.js";
import { money, percent } from "./house/format.js";
import { html } from "./house/html.js";

/** @typedef {import("./costs_windows.js").CostWindow} CostWindow */
/** @typedef {import("./costs_windows.js").InShort} InShort */

/** @param {{ costs: import("./house/load.js").Loaded<InShort | null>, rows: CostWindow[] | undefined, currency: string }} props `rows`: the newest first. */
export function CostCards({ costs, rows, currency }) {
  const { value } = costs;
  const month = value?.month;
  const [spent, projected, limit] = [month?.total_cost, month?.projected_month, value?.limits.month].map(Number);
  const unread = value === null || costs.failure ? "—" : undefined;
  const text = (/** @type {number | undefined} */ amount) =>
    month && amount !== undefined ? money(amount, month.currency ?? currency) : unread;
  const share = projected !== undefined && limit ? projected / limit : 0;
  const kind = share > 1 ? "bad" : share > 0.9 ? "warn" : "";
  const missing = month && month.days_over > month.days_recorded ? `, ${month.days_over - month.days_recorded} missing` : "";
  const one = (/** @type {typeof each[number]} */ [title, field, divisor]) => {
    const known = rows?.filter((row) => row[divisor] > 0) ?? [];
    const [newest] = known;
    const figure = newest ? money(Number(newest[field]), currency) : rows && "—";
    return html`<${Card} key=${field} title=${title} value=${figure} exact=${newest?.[field]} note=${newest ? newest.window_key : rows && "nothing to divide by"}
      spark=${known.map((row) => Number(row[field])).reverse()} series=${2} />`;
  };
  return html`<div class="cards">
    <${Card} title="This month" value=${text(spent)} exact=${month?.total_cost} note=${month && `${month.days_recorded} of ${month.days_over} days recorded${missing}`} kind=${missing ? "warn" : ""} />
    <${Card} title="Projected" value=${text(projected)} exact=${month?.projected_month} note=${month && limit !== undefined && `${percent(projected ?? 0, limit)} of the limit, ${money(limit, month.currency ?? currency)}`} kind=${kind} />
    ${each.map(one)}
  </div>`;
}
