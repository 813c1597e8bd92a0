// What each strategy holds of a namespace, as parts of one bar.

import { counted } from "./house/format.js";
import { html } from "./house/html.js";
import { strategies } from "./strategies.js";

/** @param {{ held: Record<string, { files: number }> }} props */
export function Shares({ held }) {
  const parts = strategies
    .map(([name, text], at) => ({ text, files: held[name]?.files ?? 0, color: at + 1 }))
    .filter((part) => part.files > 0);
  const all = parts.reduce((sum, part) => sum + part.files, 0);
  if (all === 0) return html`<span class="muted">—</span>`;
  const label = parts.map(({ text, files }) => `${text}: ${counted(files, "file")}`).join(", ");
  return html`<span class="shares"><span class="bar stacked" role="img" aria-label=${label} title=${label}>${parts.map(
    ({ text, files, color }) =>
      html`<span key=${text} class=${`s${color}`} style=${{ width: `${(files / all) * 100}%` }}></span>`,
  )}</span><span class="muted small">${parts.length === 1 ? parts[0]?.text : `${parts.length} strategies`}</span></span>`;
}
