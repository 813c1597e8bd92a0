// A panel with a table: its CSV, its place while it is loaded, and what is said where it is empty.

import { Empty } from "./house/empty.js";
import { html } from "./house/html.js";
import { Loading } from "./house/loading.js";
import { Panel } from "./house/panel.js";
import { CsvButton, Table } from "./house/table.js";

/**
 * @param {{ title: string, name: string, columns: import("./columns.js").Column[], rows: any[], id: (row: any) => string, of?: Loaded<any>,
 *   empty?: string, children?: View, buttons?: View, note?: View, lines?: number, after?: View, csv?: string, href?: (row: any) => string,
 *   actions?: (row: any) => View, sort?: string, isSorted?: boolean, isSortable?: boolean, foot?: View }} props `of`: what the rows come
 *   with; `empty`: a title where there are none, above the children; `after`: what stands below the table, or its place; `csv`: what the button is called.
 */
export function List({ title, name, columns, rows, of, empty, children, buttons, note, lines, after, csv, ...more }) {
  const show = () =>
    rows.length === 0 && empty
      ? html`<${Empty} title=${empty}>${children}</${Empty}>`
      : html`<${Table} name=${name} label=${title} columns=${columns} rows=${rows} ...${more} />`;
  return html`<${Panel} title=${title} note=${note} flush actions=${html`${buttons}<${CsvButton} name=${name} columns=${columns} rows=${rows} label=${csv} />`}>
    ${of ? html`<${Loading} of=${of} what=${title} lines=${lines} show=${show} />` : show()}${after}</${Panel}>`;
}
