// A line without axes: the shape of a few figures. It reaches both edges; what it says is said beside it.

import { html } from "./html.js";

/** @param {{ values: number[], series?: number }} props `series`: which of the colours of charts. */
export function Spark({ values, series = 1 }) {
  if (values.length < 2) return html`<span class="spark"></span>`;
  const most = Math.max(...values, 1e-9);
  const point = (/** @type {number} */ value, /** @type {number} */ at) =>
    `${((at / (values.length - 1)) * 100).toFixed(2)} ${(26 - (value / most) * 24).toFixed(2)}`;
  const line = `M${values.map(point).join("L")}`;
  return html`<svg class=${`spark s${series}`} viewBox="0 0 100 28" preserveAspectRatio="none" aria-hidden="true" focusable="false">
    <path class="area" d=${`${line}L100 28L0 28Z`} /><path class="line" d=${line} /></svg>`;
}
