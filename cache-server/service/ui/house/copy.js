// A button that copies a text.

import { html, useEffect, useState } from "./html.js";
import { Icon } from "./icon.js";
import { say } from "./toast.js";

/**
 * @param {{ text: string, label?: string, name?: string }} props `label`: the button's text, an icon without one; `name`: what is
 *   copied, for the message and for screen readers.
 */
export function Copy({ text, label = "", name = "text" }) {
  const [isDone, done] = useState(false);
  useEffect(() => {
    if (!isDone) return undefined;
    const timer = setTimeout(() => done(false), 1500);
    return () => clearTimeout(timer);
  }, [isDone]);
  const copy = async (/** @type {Event} */ event) => {
    event.stopPropagation();
    try {
      await navigator.clipboard.writeText(text);
      done(true);
      say(`Copied the ${name}.`);
    } catch {
      say("The browser does not let this page copy. Select the text instead.", "bad");
    }
  };
  const icon = html`<${Icon} name=${isDone ? "check" : "copy"} />`;
  return label
    ? html`<button type="button" onClick=${copy}>${icon}${label}</button>`
    : html`<button type="button" class="quiet icon-only" aria-label=${`Copy the ${name}`} title=${`Copy the ${name}`} onClick=${copy}>${icon}</button>`;
}
