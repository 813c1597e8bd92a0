// Tabs: one of several views of the same thing. Arrows move between them.

import { html } from "./html.js";

/**
 * @param {{ label: string, value: string, options: [string, string][], choose: (value: string) => void,
 *   children?: import("./html.js").View }} props `options`: values and their texts.
 */
export function Tabs({ label, value, options, choose, children }) {
  const onKeyDown = (/** @type {KeyboardEvent & { currentTarget: HTMLElement }} */ event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const at = options.findIndex(([option]) => option === value);
    const next = options[(at + step + options.length) % options.length];
    if (!next) return;
    event.preventDefault();
    choose(next[0]);
    /** @type {HTMLElement | null} */ (event.currentTarget.querySelector(`[data-tab="${next[0]}"]`))?.focus();
  };
  const tab = (/** @type {[string, string]} */ [option, text]) =>
    html`<button type="button" role="tab" key=${option} id=${`tab-${option}`} data-tab=${option} aria-selected=${option === value} aria-controls="tab-panel"
      tabindex=${option === value ? "0" : "-1"} onClick=${() => choose(option)}>${text}</button>`;
  return html`<div class="tabs" role="tablist" aria-label=${label} onKeyDown=${onKeyDown}>${options.map(tab)}</div>
    <div role="tabpanel" id="tab-panel" aria-labelledby=${`tab-${value}`} class="page">${children}</div>`;
}
