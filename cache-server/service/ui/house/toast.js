// Short messages about what has been done. They are read out, and go by themselves.

import { html } from "./html.js";
import { Icon } from "./icon.js";
import { store, useStore } from "./store.js";

/** @typedef {{ id: number, text: string, kind: "ok" | "bad" }} Toast */

const toasts = store(/** @type {Toast[]} */ ([]));
let last = 0;

/**
 * Shows a message: failures for longer.
 * @param {string} text
 * @param {"ok" | "bad"} [kind]
 */
export function say(text, kind = "ok") {
  last += 1;
  const id = last;
  toasts.set([...toasts.get().slice(-3), { id, text, kind }]);
  setTimeout(() => dismiss(id), kind === "bad" ? 12_000 : 5_000);
}

/** @param {number} id */
function dismiss(id) {
  toasts.set(toasts.get().filter((toast) => toast.id !== id));
}

/** The messages that are shown now. */
export function Toasts() {
  const shown = useStore(toasts);
  const line = (/** @type {Toast} */ { id, text, kind }) =>
    html`<div class="toast ${kind}" key=${id}>
      <${Icon} name=${kind === "ok" ? "check" : "warn"} /><span>${text}</span>
      <button type="button" class="quiet icon-only" aria-label="Dismiss" onClick=${() => dismiss(id)}><${Icon} name="close" /></button>
    </div>`;
  return html`<div class="toasts" role="status" aria-live="polite">${shown.map(line)}</div>`;
}
