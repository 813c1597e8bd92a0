// A page: where it is, its title, what can be done, and what it shows.

import { html, useEffect, useRef } from "./html.js";
import { plain, visible } from "./text.js";

let isFirst = true;

/**
 * @param {{ title: string, crumbs?: [string, string][], note?: import("./html.js").View, actions?: import("./html.js").View,
 *   children?: import("./html.js").View }} props `crumbs`: texts and addresses of the pages above.
 */
export function Page({ title, crumbs = [], note, actions, children }) {
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    // At the first page the focus is where the browser has put it; later ones are read out from their title on.
    if (!isFirst) {
      scrollTo(0, 0);
      heading.current?.focus({ preventScroll: true });
    }
    isFirst = false;
  }, []);
  useEffect(() => {
    const service = document.documentElement.dataset.service ?? "";
    document.title = `${plain(title).slice(0, 80)} · ${service}`;
  }, [title]);
  const trail = crumbs.map(
    ([text, href]) => html`<a href=${href} key=${href}><bdi>${visible(text)}</bdi></a><span aria-hidden="true">/</span>`,
  );
  return html`<div class="page">
    <header class="page-head">
      <div class="titles">${trail.length > 0 && html`<nav class="crumbs" aria-label="Above">${trail}</nav>`}
        <h1 ref=${heading} tabindex="-1"><bdi>${visible(title)}</bdi></h1>${note && html`<span class="count">${note}</span>`}</div>
      ${actions && html`<div class="page-actions">${actions}</div>`}
    </header>
    ${children}
  </div>`;
}
