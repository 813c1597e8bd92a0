// A question before something is changed, or a form; where it cannot be undone, the name has to be typed.

import { Dialog } from "./dialog.js";
import { html, useRef, useState } from "./html.js";
import { asFailure } from "./load.js";
import { Problem } from "./problem.js";
import { visible } from "./text.js";

/**
 * @param {{ title: string, action: string, act: () => Promise<void>, close: () => void, typed?: string, isReady?: boolean,
 *   kind?: "danger" | "primary", wide?: boolean, children?: import("./html.js").View }} props `typed`: what has to be typed first; `act`
 *   closes the dialog by itself; `kind`: of the button.
 */
export function Confirm({ title, action, act, close, typed = "", isReady = true, kind = "danger", wide = false, children }) {
  const [text, setText] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState(/** @type {import("./api.js").Failure | undefined} */ (undefined));
  const isAsked = useRef(false);
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (isAsked.current || !isReady || text !== typed) return;
    isAsked.current = true;
    setBusy(true);
    setFailure(undefined);
    try {
      await act();
    } catch (error) {
      setFailure(asFailure(error));
    } finally {
      isAsked.current = false;
      setBusy(false);
    }
  };
  const onInput = (/** @type {InputEvent & { target: HTMLInputElement }} */ event) => setText(event.target.value);
  return html`<${Dialog} title=${title} close=${close} wide=${wide} isBusy=${isBusy}>
    <form onSubmit=${submit}>
      ${children}
      ${
        typed !== "" &&
        html`<label class="field"><span>Type <bdi class="mono strong">${visible(typed)}</bdi> to confirm</span>
        <input class="mono" value=${text} onInput=${onInput} autocomplete="off" autocapitalize="off" spellcheck=${false} /></label>`
      }
      ${failure && html`<${Problem} failure=${failure} />`}
      <div class="actions">
        <button type="button" disabled=${isBusy} onClick=${close}>Cancel</button>
        <button type="submit" class=${kind} disabled=${isBusy || !isReady || text !== typed}>${isBusy ? "Working…" : action}</button>
      </div>
    </form>
  </${Dialog}>`;
}
