// Days, weeks or months: what each cost, and what that is for each request, transfer and visitor.

import { each, kinds } from "./costs_windows.js";
import { count, money } from "./house/format.js";
import { html } from "./house/html.js";
import { Panel } from "./house/panel.js";
import { CsvButton, Table } from "./house/table.js";

/** @typedef {import("./costs_windows.js").CostWindow} CostWindow */

/** @param {string | null} text */
function delta(text) {
  const by = Math.round(Number(text));
  if (by === 0 && text !== null) return "±0%";
  return text === null ? "—" : `${by < 0 ? "−" : "+"}${count(Math.abs(by))}%`;
}

/** @param {string} currency @returns {import("./house/table.js").Column<CostWindow>[]} */
function columnsOf(currency) {
  const amount = (/** @type {string} */ text) =>
    html`<span title=${`${text} ${currency}`}>${money(Number(text), currency)}</span>`;
  return [
    { id: "window", title: "When", isMain: true, cell: (row) => row.window_key, value: (row) => row.window_key },
    { id: "total", title: "Cost", isNumber: true, cell: (row) => amount(row.total_cost), value: (row) => Number(row.total_cost) },
    {
      id: "delta",
      title: "Change",
      isNumber: true,
      cell: (row) => delta(row.delta_previous_pct),
      value: (row) => (row.delta_previous_pct === null ? null : Number(row.delta_previous_pct)),
    },
    ...each.map(([title, field, divisor]) => ({
      id: field,
      title,
      isNumber: true,
      cell: (/** @type {CostWindow} */ row) => (row[divisor] === 0 ? "—" : amount(row[field])),
      value: (/** @type {CostWindow} */ row) => (row[divisor] === 0 ? null : Number(row[field])),
    })),
    {
      id: "days",
      title: "Days recorded",
      isNumber: true,
      cell: (row) =>
        html`<span class=${row.days_recorded < row.days_expected ? "warn-text" : ""}>${row.days_recorded} of ${row.days_expected}</span>`,
      value: (row) => row.days_recorded,
    },
  ];
}

/** @param {{ rows: CostWindow[], currency: string, by: string, edit: ((row: CostWindow) => import("./house/html.js").View) | undefined }} props */
export function CostsTable({ rows, currency, by, edit }) {
  if (rows.length === 0) return null;
  const { title = by, text = by } = kinds[by] ?? {};
  const columns = columnsOf(currency);
  return html`<${Panel} title=${text} flush actions=${html`<${CsvButton} name=${`costs-by-${title}`} columns=${columns} rows=${rows} />`}>
    <${Table} name="costs" label=${text} columns=${columns} rows=${rows} id=${(/** @type {CostWindow} */ row) => row.window_key} actions=${edit} /></${Panel}>`;
}
