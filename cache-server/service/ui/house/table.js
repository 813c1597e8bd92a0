// A table: sorted, in pages, walked by keyboard, saved as CSV; cards where the window is narrow.

import { saveCsv } from "./csv.js";
import { count } from "./format.js";
import { html, useMemo, useRef, useState } from "./html.js";
import { Icon } from "./icon.js";
import { useQuery } from "./router.js";
import { reversed, sorted } from "./sort.js";

/** @typedef {import("./html.js").View} View */

/**
 * @template Row
 * @typedef {object} Column
 * @property {string} id
 * @property {string} title
 * @property {(row: Row) => View} cell
 * @property {(row: Row) => string | number | boolean | null | undefined} [value] For sorting and CSV; a column without is in neither.
 * @property {(row: Row) => string | null} [saved] What the CSV has, where that is not the value.
 * @property {boolean} [isNumber] Aligned right.
 * @property {boolean} [isMain] What the row is called: wide, and the head of a card.
 * @property {boolean} [isMinor] Left out where the window is of middle width, so that the table fits.
 */

/** @param {{ isNumber?: boolean, isMain?: boolean, isMinor?: boolean }} column */
const kindOf = ({ isNumber, isMain, isMinor }) => `${isNumber ? "num" : ""}${isMain ? " main" : ""}${isMinor ? " minor" : ""}`;

/** How many rows are drawn at once. */
const PAGE = 100;

/**
 * The buttons of a table, for the head of the panel around it.
 * @template Row
 * @param {{ name: string, columns: Column<Row>[], rows: Row[], label?: string }} props
 */
export function CsvButton({ name, columns, rows, label = "CSV" }) {
  const kept = columns.filter((column) => column.value);
  const onClick = () =>
    saveCsv(
      name,
      kept.map((column) => column.title),
      rows.map((row) => kept.map(({ saved, value }) => (saved ?? value)?.(row))),
    );
  return html`<button type="button" onClick=${onClick} disabled=${rows.length === 0}><${Icon} name="download" />${label}</button>`;
}

/**
 * @template Row
 * @param {{ name: string, label: string, columns: Column<Row>[], rows: Row[], id: (row: Row) => string, href?: (row: Row) => string,
 *   actions?: (row: Row) => View, sort?: string, isSortable?: boolean, isSorted?: boolean, foot?: View }} props
 *   `name`: what it is called in the address and as a file; `sort`: a column's id, with `-` in front for the largest first;
 *   `isSortable`: not where the server has more rows than it sent; `isSorted`: the server sends them in the order that the address asks
 *   for; `foot`: what follows the last page, such as a button for more.
 */
export function Table({
  name,
  label,
  columns,
  rows,
  id,
  href,
  actions,
  sort: usual = "",
  isSortable = true,
  isSorted = false,
  foot,
}) {
  const [sort, setSort] = useQuery(`${name}-sort`, usual);
  const [pageText, setPage] = useQuery(`${name}-page`, "1");
  // Only one row is a stop of the Tab key: the one that had the focus last, or the first.
  const [stop, setStop] = useState("");
  const body = useRef(/** @type {HTMLElement | null} */ (null));
  const isOurs = isSortable && !isSorted;
  const inOrder = useMemo(() => (isOurs ? sorted(rows, columns, sort) : rows), [rows, sort, isOurs]);
  const pages = Math.max(1, Math.ceil(inOrder.length / PAGE));
  const page = Math.min(pages, Math.max(1, Number.parseInt(pageText, 10) || 1));
  const shown = inOrder.slice((page - 1) * PAGE, page * PAGE);
  const stopAt = Math.max(
    0,
    shown.findIndex((row) => id(row) === stop),
  );

  const head = (/** @type {Column<Row>} */ column) => {
    const direction = sort === column.id ? "ascending" : sort === `-${column.id}` ? "descending" : undefined;
    const kind = kindOf(column);
    if (!isSortable || !column.value)
      return html`<th key=${column.id} role="columnheader" scope="col" class=${kind}>${column.title}</th>`;
    const next = reversed(column, direction);
    return html`<th key=${column.id} role="columnheader" scope="col" class=${kind} aria-sort=${direction ?? "none"}>
      <button type="button" class="sort" onClick=${() => setSort(next)}>${column.title}<span aria-hidden="true" class="arrow">${
        direction === "ascending" ? "↑" : direction === "descending" ? "↓" : ""
      }</span></button></th>`;
  };

  const line = (/** @type {Row} */ row, /** @type {number} */ at) => {
    const to = href?.(row);
    const cells = columns.map((column) => {
      const content = column.cell(row);
      const linked = column.isMain && to ? html`<a class="row-link" href=${to} tabindex="-1">${content}</a>` : content;
      const kind = kindOf(column);
      return html`<td key=${column.id} role="cell" class=${kind} data-title=${column.title}>${linked}</td>`;
    });
    return html`<tr key=${id(row)} role="row" tabindex=${at === stopAt ? "0" : "-1"} data-href=${to}>${cells}${
      actions && html`<td role="cell" class="row-actions">${actions(row)}</td>`
    }</tr>`;
  };

  const roam = (/** @type {FocusEvent} */ event) => {
    const row = shown[[...(body.current?.children ?? [])].indexOf(/** @type {any} */ (rowOf(event)))];
    if (row !== undefined) setStop(id(row));
  };
  const turn = (/** @type {number} */ to) => {
    setPage(String(to));
    body.current?.closest(".table")?.scrollIntoView({ block: "nearest" });
  };
  return html`<div class="table">
    <table role="table" aria-label=${label} aria-rowcount=${inOrder.length}>
      <thead role="rowgroup"><tr role="row">${columns.map(head)}${
        actions && html`<th role="columnheader" scope="col"><span class="unseen-label">Actions</span></th>`
      }</tr></thead>
      <tbody role="rowgroup" ref=${body} onKeyDown=${walk} onClick=${open} onFocusIn=${roam}>${shown.map(line)}</tbody>
    </table>
    ${
      pages > 1 &&
      html`<nav class="paging" aria-label=${`Pages of ${label}`}>
        <button type="button" disabled=${page === 1} onClick=${() => turn(page - 1)}>Previous</button>
        <span>${count((page - 1) * PAGE + 1)}–${count(Math.min(page * PAGE, inOrder.length))} of ${count(inOrder.length)}</span>
        <button type="button" disabled=${page === pages} onClick=${() => turn(page + 1)}>Next</button></nav>`
    }
    ${foot}
  </div>`;
}

/** The row that an event is of. @param {Event} event */
function rowOf(event) {
  return event.target instanceof Element ? /** @type {HTMLElement | null} */ (event.target.closest("tbody > tr")) : null;
}

/** Arrows, Home and End move; Enter opens. @param {KeyboardEvent} event */
function walk(event) {
  const row = rowOf(event);
  if (!row || event.altKey || event.ctrlKey || event.metaKey) return;
  const parent = row.parentElement;
  const to = {
    ArrowDown: row.nextElementSibling,
    ArrowUp: row.previousElementSibling,
    Home: parent?.firstElementChild,
    End: parent?.lastElementChild,
  }[event.key];
  if (to instanceof HTMLElement) {
    to.focus();
    event.preventDefault();
  } else if (event.key === "Enter" && event.target === row && row.dataset.href) {
    location.hash = row.dataset.href;
    event.preventDefault();
  }
}

/** A click anywhere in a row opens it, unless it meant something else. @param {MouseEvent} event */
function open(event) {
  const row = rowOf(event);
  if (!row?.dataset.href || !(event.target instanceof Element)) return;
  if (event.target.closest("a, button, input, summary, label") || getSelection()?.type === "Range") return;
  location.hash = row.dataset.href;
}
