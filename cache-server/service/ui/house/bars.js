// A short list with a bar behind each figure: the most of something.

import { html } from "./html.js";
import { visible } from "./text.js";

/**
 * @typedef {object} BarRow
 * @property {string} label
 * @property {number} value
 * @property {string} [href]
 */

/**
 * @param {{ rows: BarRow[], label: string, format: (value: number) => string, exact?: (value: number) => string }} props
 */
export function Bars({ rows, label, format, exact = format }) {
  const most = Math.max(1, ...rows.map((row) => row.value));
  const line = (/** @type {BarRow} */ row) => {
    const name = html`<bdi>${visible(row.label)}</bdi>`;
    return html`<li key=${row.label}>
      <span class="fill" style=${{ width: `${(row.value / most) * 100}%` }}></span>
      ${row.href ? html`<a href=${row.href}>${name}</a>` : html`<span>${name}</span>`}
      <span class="num" title=${exact(row.value)}>${format(row.value)}</span>
    </li>`;
  };
  return html`<ul class="bars" aria-label=${label}>${rows.map(line)}</ul>`;
}
