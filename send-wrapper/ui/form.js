// A form in a dialog: sent once at a time, and what failed is said above its buttons.

import { asFailure, html, Problem, useState } from "./kit.js";

/** @param {{ act: () => Promise<void>, action: string, close: () => void, isReady?: boolean, children?: View }} props */
export function Form({ act, action, close, isReady = true, children }) {
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState(/** @type {Failed | undefined} */ (undefined));
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (isBusy || !isReady) return;
    setBusy(true);
    setFailure(undefined);
    await act().catch((error) => setFailure(asFailure(error)));
    setBusy(false);
  };
  return html`<form onSubmit=${submit}>${children}
    ${failure && html`<${Problem} failure=${failure} />`}
    <div class="actions"><button type="button" onClick=${close}>Cancel</button><button type="submit" class="primary" disabled=${isBusy || !isReady}>${isBusy ? "Working…" : action}</button></div></form>`;
}

/** A field with its label; it has to be filled unless `more` says otherwise. @param {string} label @param {string} value @param {(text: string) => void} change @param {object} [more] */
export function field(label, value, change, more) {
  const onInput = (/** @type {Typed} */ { target }) => change(target.value.trim());
  return html`<label class="field"><span>${label}</span><input value=${value} onInput=${onInput} required spellcheck=${false} ...${more} /></label>`;
}
