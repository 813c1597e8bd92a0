// Columns that several tables have.

import { count } from "./house/format.js";
import { html } from "./house/html.js";
import { Text, visible } from "./house/text.js";
import { Time } from "./house/time.js";

/** @typedef {import("./house/table.js").Column<any>} Column Of rows as the API has them. */
/** @typedef {Partial<Column> & { show?: (value: any, row: any) => View }} More `show`: what is made of the value, its text when not given. */

const countries = new Intl.DisplayNames(["en"], { type: "region" });

/** @param {string} code */
export const countryName = (code) => (/^[A-Z]{2}$/.test(code) ? countries.of(code) : code);

/** A figure, or a dash where there is none. @param {any} value @param {(value: any) => View} format */
export const known = (value, format) => (value === null || value === undefined ? "—" : format(value));

/** @type {Record<string, string>} */
const states = { done: "ok", recording: "ok", ended: "", gone: "", degraded: "warn", "goes on, or was killed": "warn" };

/** A state, or what came of something: in parts where it begins with a number. @param {string} state */
export const chip = (state) =>
  html`<span class=${`chip ${states[state] ?? (/^\d/.test(state) ? "warn" : "bad")}`}>${visible(state)}</span>`;

/** @param {string} id The field of the row. @param {string} title @param {More} [more] @returns {Column} */
export const textColumn = (
  id,
  title,
  { value = (row) => row[id], show = (text) => html`<${Text} of=${text} />`, ...more } = {},
) => ({ id, title, value, cell: (row) => show(value(row), row), ...more });

/** @param {string} id @param {string} title @param {More & { format?: (value: any) => View }} [more] */
export const numberColumn = (id, title, { format = count, ...more } = {}) =>
  textColumn(id, title, { isNumber: true, show: (value) => known(value, format), ...more });

/** @param {string} id @param {string} title @param {string} [none] What stands for no time. @param {More} [more] */
export const timeColumn = (id, title, none, more) =>
  textColumn(id, title, {
    cell: (row) => html`<${Time} at=${row[id] || null} none=${none} />`,
    value: (row) => (row[id] ? new Date(row[id]).toISOString() : null),
    ...more,
  });

/** @param {string} id @param {string} title @param {(row: any) => string} [href] An id or hash, cut. */
export const idColumn = (id, title, href) => {
  const cut = (/** @type {any} */ row) => html`<code title=${row[id]}>${row[id].slice(0, 16)}</code>`;
  return textColumn(id, title, { cell: (row) => row[id] && (href ? html`<a href=${href(row)}>${cut(row)}</a>` : cut(row)) });
};

export const agentColumn = textColumn("user_agent", "Agent");
export const countryColumn = textColumn("country", "Country", {
  show: (code) => code && html`<span title=${countryName(code)}>${code}</span>`,
});
