// A part of a page with a heading and, at its right, what can be done.

import { html } from "./html.js";

/**
 * @param {{ title: string, note?: import("./html.js").View, actions?: import("./html.js").View, children?: import("./html.js").View,
 *   flush?: boolean }} props `flush`: without room around what is in it, for tables.
 */
export function Panel({ title, note, actions, children, flush = false }) {
  return html`<section class=${`panel${flush ? " flush" : ""}`}>
    <header><h2>${title}</h2>${note && html`<span class="count">${note}</span>`}${actions && html`<div class="panel-actions">${actions}</div>`}</header>
    ${children}
  </section>`;
}
