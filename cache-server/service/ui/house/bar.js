// A bar: how much of a whole.

import { html } from "./html.js";

/**
 * @param {{ part: number, of: number, label: string, kind?: "" | "warn" | "bad" | "ok" }} props `label`: what it says, for screen readers.
 */
export function Bar({ part, of, label, kind = "" }) {
  const share = of > 0 ? Math.min(100, Math.max(0, (part / of) * 100)) : 0;
  return html`<span class="bar" role="img" aria-label=${label}><span class=${kind} style=${{ width: `${share}%` }}></span></span>`;
}
