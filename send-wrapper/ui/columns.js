// Columns that several tables have.

import { count } from "./house/format.js";
import { html } from "./house/html.js";
import { Text } from "./house/text.js";
import { Time } from "./house/time.js";

/** @typedef {import("./house/table.js").Column<any>} Column Of rows as the API has them. */

const countries = new Intl.DisplayNames(["en"], { type: "region" });

/** @param {string} code */
export const countryName = (code) => (/^[A-Z]{2}$/.test(code) ? countries.of(code) : code);

/** @param {string} id The field of the row. @param {string} title @param {Partial<Column>} [more] @returns {Column} */
export const textColumn = (id, title, more) => ({
  id,
  title,
  cell: (row) => html`<${Text} of=${row[id]} />`,
  value: (row) => row[id],
  ...more,
});

/** @param {string} id @param {string} title @param {Partial<Column>} [more] */
export const numberColumn = (id, title, more) =>
  textColumn(id, title, { isNumber: true, cell: (row) => (row[id] === null ? "—" : count(row[id])), ...more });

/** @param {string} id @param {string} title @param {string} [none] What stands for no time. @param {Partial<Column>} [more] */
export const timeColumn = (id, title, none, more) =>
  textColumn(id, title, {
    cell: (row) => html`<${Time} at=${row[id] || null} none=${none} />`,
    value: (row) => row[id] && new Date(row[id]).toISOString(),
    ...more,
  });

/** @param {string} id @param {string} title @param {(row: any) => string} [href] An id or hash, cut. */
export const idColumn = (id, title, href) => {
  const cut = (/** @type {any} */ row) => html`<code title=${row[id]}>${row[id].slice(0, 16)}</code>`;
  return textColumn(id, title, { cell: (row) => row[id] && (href ? html`<a href=${href(row)}>${cut(row)}</a>` : cut(row)) });
};

export const agentColumn = textColumn("user_agent", "Agent");
export const countryColumn = textColumn("country", "Country", {
  cell: ({ country }) => country && html`<span title=${countryName(country)}>${country}</span>`,
});
