// A figure that matters, with what it is compared to.

import { html } from "./html.js";
import { Spark } from "./spark.js";

/**
 * @param {{ title: string, value: string | undefined, exact?: string, note?: import("./html.js").View, kind?: "ok" | "warn" | "bad" | "",
 *   spark?: number[], series?: number, href?: string, isCurrent?: boolean }} props Without a value its place is kept; `isCurrent`: what `href`
 *   leads to is shown.
 */
export function Card({ title, value, exact = "", note = "", kind = "", spark, series = 1, href, isCurrent = false }) {
  const figure =
    value === undefined
      ? html`<p class="big"><span class="skeleton-text"></span></p>`
      : html`<p class="big" title=${exact}>${value}</p>`;
  const heading = href ? html`<a href=${href} aria-current=${isCurrent ? "true" : undefined}>${title}</a>` : title;
  return html`<article class=${`card${isCurrent ? " current" : ""}`}><h2>${heading}</h2>${figure}
    ${spark && html`<${Spark} values=${spark} series=${series} />`}<p class=${`note ${kind}`}>${note || "\u00a0"}</p></article>`;
}
