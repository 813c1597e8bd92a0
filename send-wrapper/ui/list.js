// A panel with a table: its CSV, its place while it is loaded, and what is said where it is empty.

import { CsvButton, count, Empty, html, Loading, Panel, Table } from "./kit.js";

/**
 * A column: `value` is sorted by, saved, and shown where there is no `cell`.
 * @template Row
 * @param {string} id
 * @param {string} title
 * @param {NonNullable<Column<Row>["value"]>} value
 * @param {(row: Row) => View} [cell]
 * @returns {Column<Row>}
 */
export const column = (id, title, value, cell = value) => ({ id, title, value, cell });

/** The column that says what a row is. @type {typeof column} */
export const main = (...of) => ({ ...column(...of), isMain: true });

/**
 * A column of figures; without a `cell`, of counts.
 * @template Row
 * @param {string} id
 * @param {string} title
 * @param {(row: Row) => number | null} value
 * @param {(row: Row) => View} [cell]
 * @returns {Column<Row>}
 */
export const figure = (id, title, value, cell = (row) => known(value(row), count)) => ({
  ...column(id, title, value, cell),
  isNumber: true,
});

/** A figure, or a dash where there is none. @param {number | null | undefined} value @param {(value: number) => string} format */
export const known = (value, format) => (value === null || value === undefined ? "—" : format(value));

/**
 * @template Row
 * @param {{ title: string, name: string, columns: Column<Row>[], rows: Row[], id: (row: Row) => string, of?: Loaded<any>, empty?: [string, View],
 *   buttons?: View, note?: View, head?: View, href?: (row: Row) => string, actions?: (row: Row) => View, isSortable?: boolean, foot?: View }} props
 *   `of`: what the rows come with; `empty`: a title and what would be here; `head`: what stands above the table.
 */
export function List({ title, name, columns, rows, id, of, empty, buttons, note, head, ...more }) {
  const table = () =>
    html`${head}${
      rows.length === 0 && empty
        ? html`<${Empty} title=${empty[0]}><p>${empty[1]}</p></${Empty}>`
        : html`<${Table} name=${name} label=${title} columns=${columns} rows=${rows} id=${id} ...${more} />`
    }`;
  return html`<${Panel} title=${title} note=${note} flush actions=${html`${buttons}<${CsvButton} name=${name} columns=${columns} rows=${rows} />`}>
    ${of ? html`<${Loading} of=${of} what=${title} show=${table} />` : table()}</${Panel}>`;
}
