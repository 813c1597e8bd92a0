// The end of a listing that has more pages on the server.

import { html } from "./html.js";
import { Problem } from "./problem.js";

/** @param {{ of: import("./pages.js").Pages<unknown> }} props */
export function More({ of }) {
  const { next, isLoadingMore, moreFailure, more } = of;
  if (moreFailure) return html`<div class="paging"><${Problem} failure=${moreFailure} again=${more} /></div>`;
  if (next === null) return null;
  return html`<div class="paging"><button type="button" onClick=${more} disabled=${isLoadingMore}>${isLoadingMore ? "Loading…" : "Load more"}</button></div>`;
}
