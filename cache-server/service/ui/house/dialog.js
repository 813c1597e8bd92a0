// A dialog: the browser's own, which keeps the focus inside and closes with Escape.

import { html, useEffect, useRef } from "./html.js";
import { Icon } from "./icon.js";

let made = 0;

/**
 * @param {{ title: string, close: () => void, children?: import("./html.js").View, wide?: boolean }} props
 */
export function Dialog({ title, close, children, wide = false }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const id = useRef("");
  if (id.current === "") {
    made += 1;
    id.current = `dialog-${made}`;
  }
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      dialog.current?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  const onCancel = (/** @type {Event} */ event) => {
    event.preventDefault();
    close();
  };
  const onClick = (/** @type {MouseEvent} */ event) => event.target === dialog.current && close();
  return html`<dialog ref=${dialog} class=${wide ? "wide" : ""} aria-labelledby=${id.current} onCancel=${onCancel} onClick=${onClick}>
    <div class="dialog-body">
      <header><h2 id=${id.current}>${title}</h2>
        <button type="button" class="quiet icon-only" aria-label="Close" onClick=${close}><${Icon} name="close" /></button></header>
      ${children}
    </div>
  </dialog>`;
}
