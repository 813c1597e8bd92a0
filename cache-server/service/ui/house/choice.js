// One of a few: a row of buttons of which one is pressed.

import { html } from "./html.js";

/**
 * @param {{ label: string, value: string, options: [string, string][], choose: (value: string) => void }} props `options`: values and
 *   their texts.
 */
export function Choice({ label, value, options, choose }) {
  return html`<div class="choice" role="group" aria-label=${label}>${options.map(
    ([option, text]) =>
      html`<button type="button" key=${option} aria-pressed=${option === value} onClick=${() => choose(option)}>${text}</button>`,
  )}</div>`;
}
