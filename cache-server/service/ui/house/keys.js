// Keys that work on every page, and the dialog that tells them.

import { Dialog } from "./dialog.js";
import { html, useEffect, useState } from "./html.js";

const keys = [
  ["/", "Go to the filter"],
  ["↑ ↓", "Move in a table; Home and End go to its ends"],
  ["Enter", "Open the row"],
  ["Esc", "Close, or empty the filter"],
  ["?", "Show these keys"],
];

/** Whether keys are typed into something. @param {EventTarget | null} target */
function isField(target) {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** Shown where keys are asked for. `extra` are those of this service. @param {{ extra?: [string, string][] }} props */
export function Keys({ extra = [] }) {
  const [isOpen, open] = useState(false);
  useEffect(() => {
    const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isField(event.target) || document.querySelector("dialog[open]"))
        return;
      if (event.key === "?") open(true);
      const filter = event.key === "/" ? document.querySelector("[data-filter]") : null;
      if (filter instanceof HTMLInputElement) {
        event.preventDefault();
        filter.focus();
        filter.select();
      }
    };
    const onAsk = () => open(true);
    document.addEventListener("keydown", onKeyDown);
    document.addEventListener("show-keys", onAsk);
    return () => {
      document.removeEventListener("keydown", onKeyDown);
      document.removeEventListener("show-keys", onAsk);
    };
  }, []);
  if (!isOpen) return null;
  const line = (/** @type {string[]} */ [key, does]) => html`<div key=${key}><dt><kbd>${key}</kbd></dt><dd>${does}</dd></div>`;
  return html`<${Dialog} title="Keys" close=${() => open(false)}><dl class="keys">${[...keys, ...extra].map(line)}</dl></${Dialog}>`;
}
