// The services, the most expensive first.

import { byService, kinds } from "./costs_windows.js";
import { Bars } from "./house/bars.js";
import { counted, money, percent } from "./house/format.js";
import { html } from "./house/html.js";
import { Panel } from "./house/panel.js";
import { CsvButton } from "./house/table.js";

/** @typedef {import("./costs_windows.js").CostWindow} CostWindow */

/** @param {{ windows: CostWindow[], currency: string, by: string }} props */
export function CostServices({ windows, currency, by }) {
  const services = byService(windows, currency);
  if (services.length === 0) return null;
  const all = services.reduce((sum, { amount }) => sum + amount, 0);
  const format = (/** @type {number} */ amount) => money(amount, currency);
  const columns = [
    { id: "name", title: "Service", cell: String, value: (/** @type {typeof services[number]} */ row) => row.name },
    {
      id: "amount",
      title: currency,
      cell: String,
      value: (/** @type {typeof services[number]} */ row) => Number(row.amount.toFixed(8)),
    },
  ];
  const rows = services.map(({ name, amount }) => ({ label: name, value: amount }));
  const exact = (/** @type {number} */ amount) => `${percent(amount, all)} of ${format(all)}`;
  return html`<${Panel} title="Services" note=${`in ${counted(windows.length, kinds[by]?.title ?? by)}`} actions=${html`<${CsvButton} name="costs-by-service" columns=${columns} rows=${services} />`}>
    <${Bars} rows=${rows} label="Services" format=${format} exact=${exact} /></${Panel}>`;
}
