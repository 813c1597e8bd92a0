// Something failed: what, the id of the request for whoever reads the log, and a way to try again.

import { html } from "./html.js";
import { Icon } from "./icon.js";

/**
 * @param {{ failure: import("./api.js").Failure, again?: () => void, what?: string, stale?: boolean }} props `stale`: what is shown
 *   below is older.
 */
export function Problem({ failure, again, what = "", stale = false }) {
  return html`<div class="problem" role="alert">
    <${Icon} name="warn" />
    <div>
      <p><b>${what && `${what}: `}${failure.message}</b></p>
      <p class="small">${stale && "What you see is what was there before. "}${failure.status > 0 && html`Status ${failure.status}. `}${
        failure.requestId && html`Request <code>${failure.requestId}</code>`
      }</p>
    </div>
    ${again && html`<button type="button" onClick=${again}>Try again</button>`}
  </div>`;
}
