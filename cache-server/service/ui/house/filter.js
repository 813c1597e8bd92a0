// A field that filters what is listed. `/` leads to it, Escape empties it.

import { html } from "./html.js";
import { Icon } from "./icon.js";

/**
 * @param {{ label: string, value: string, change: (value: string) => void }} props
 */
export function Filter({ label, value, change }) {
  const onInput = (/** @type {InputEvent & { target: HTMLInputElement }} */ event) => change(event.target.value);
  const onKeyDown = (/** @type {KeyboardEvent & { target: HTMLInputElement }} */ event) => {
    if (event.key !== "Escape") return;
    if (value === "") event.target.blur();
    change("");
  };
  return html`<label class="filter"><${Icon} name="search" />
    <input type="text" data-filter aria-label=${label} placeholder=${label} value=${value} onInput=${onInput} onKeyDown=${onKeyDown}
      autocomplete="off" autocapitalize="off" spellcheck=${false} /><kbd aria-hidden="true">/</kbd></label>`;
}
