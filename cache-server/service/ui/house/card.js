// A figure that matters, with what it is compared to.

import { html } from "./html.js";
import { Spark } from "./spark.js";

/**
 * @param {{ title: string, value: string | undefined, exact?: string, note?: import("./html.js").View, kind?: "ok" | "warn" | "bad" | "",
 *   spark?: number[], series?: number, href?: string }} props Without a value its place is kept.
 */
export function Card({ title, value, exact = "", note = "", kind = "", spark, series = 1, href }) {
  const figure =
    value === undefined
      ? html`<p class="big"><span class="skeleton-text"></span></p>`
      : html`<p class="big" title=${exact}>${value}</p>`;
  return html`<article class="card"><h2>${href ? html`<a href=${href}>${title}</a>` : title}</h2>${figure}
    ${spark && html`<${Spark} values=${spark} series=${series} />`}<p class=${`note ${kind}`}>${note || "\u00a0"}</p></article>`;
}
