// The place of something that is being loaded, of its final size.

import { html } from "./html.js";

/** @param {{ lines?: number, tall?: boolean }} props */
export function Skeleton({ lines = 3, tall = false }) {
  const all = Array.from({ length: lines }, (_, line) => html`<span class=${`w${(line * 3) % 5}`} key=${line}></span>`);
  return html`<div class=${`skeleton${tall ? " tall" : ""}`} role="status" aria-label="Loading">${all}</div>`;
}
