// Nothing is here: what would be, and how to get it.

import { html } from "./html.js";

/** @param {{ title: string, children?: import("./html.js").View }} props */
export function Empty({ title, children }) {
  return html`<div class="empty"><h2>${title}</h2>${children}</div>`;
}
