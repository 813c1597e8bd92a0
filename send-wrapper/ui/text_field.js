// A field of a form, with what is to be known of it.

import { html } from "./house/html.js";

/**
 * @param {{ label: string, value: string, change: (value: string) => void, hint?: string, isWrong?: boolean, rows?: number }
 *   & Record<string, unknown>} props `hint`: what is to be known; `rows`: of a field of several lines; all else is the field's own.
 */
export function TextField({ label, value, change, hint = "", isWrong = false, rows, ...rest }) {
  const id = `hint-${label.replaceAll(" ", "-")}`;
  const onInput = (/** @type {InputEvent & { target: HTMLInputElement }} */ event) => change(event.target.value);
  const about = { "aria-describedby": hint ? id : undefined, "aria-invalid": isWrong ? "true" : undefined };
  const given = { value, onInput, ...about, spellcheck: false, autocomplete: "off", autocapitalize: "off", ...rest };
  return html`<div class="told"><label class="field"><span>${label}</span>${
    rows ? html`<textarea class="short" rows=${rows} ...${given}></textarea>` : html`<input ...${given} />`
  }</label>${hint && html`<small id=${id} class=${isWrong ? "bad-text" : "muted"} aria-live="polite">${hint}</small>`}</div>`;
}
