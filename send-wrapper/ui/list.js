// A panel with a table: its CSV, its place while it is loaded, and what is said where it is empty.

import { CsvButton, count, Empty, html, Loading, Panel, Table, Time, visible } from "./kit.js";

/**
 * A column: `value` is sorted by and saved, and what `show` makes of it is shown.
 * @template Row
 * @param {string} id
 * @param {string} title
 * @param {NonNullable<Column<Row>["value"]>} value
 * @param {(value: any, row: Row) => View} [show]
 * @returns {Column<Row>}
 */
export const column = (id, title, value, show = (known) => known) => ({ id, title, value, cell: (row) => show(value(row), row) });

/** The column that says what a row is. @type {typeof column} */
export const main = (...of) => ({ ...column(...of), isMain: true });

/** A column of figures; of counts when nothing else is said. @type {typeof column} */
export const figure = (id, title, value, show = (number) => known(number, count)) => ({
  ...column(id, title, value, show),
  isNumber: true,
});

/** A moment, which is saved as its milliseconds. @param {number} at */
export const time = (at) => html`<${Time} at=${at} />`;

/** @type {Record<string, string>} */
const states = { done: "ok", recording: "ok", ended: "", degraded: "warn", "goes on, or was killed": "warn" };

/** A state, or what came of something: in parts where it begins with a number. @param {string} state */
export const chip = (state) =>
  html`<span class=${`chip ${states[state] ?? (/^\d/.test(state) ? "warn" : "bad")}`}>${visible(state)}</span>`;

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
