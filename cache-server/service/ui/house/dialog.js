// A dialog: the browser's own, which keeps the focus inside and closes with Escape.

import { html, useEffect, useRef } from "./html.js";
import { Icon } from "./icon.js";

let made = 0;

/**
 * @param {{ title: string, close: () => void, children?: import("./html.js").View, wide?: boolean, isBusy?: boolean }} props `isBusy`: it
 *   cannot be closed now.
 */
export function Dialog({ title, close, children, wide = false, isBusy = false }) {
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
  // A browser may heed a second Escape whatever becomes of the first: `closedby` is for these.
  const onCancel = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!isBusy) close();
  };
  // A drag that only ends outside is none that leaves.
  const isLeft = useRef(false);
  const onPointerDown = (/** @type {Event} */ event) => {
    isLeft.current = event.target === dialog.current;
  };
  const onClick = (/** @type {Event} */ event) => isLeft.current && event.target === dialog.current && !isBusy && close();
  return html`<dialog ref=${dialog} class=${wide ? "wide" : ""} aria-labelledby=${id.current} closedby=${isBusy ? "none" : "closerequest"} onCancel=${onCancel}
    onPointerDown=${onPointerDown} onClick=${onClick}>
    <div class="dialog-body">
      <header><h2 id=${id.current}>${title}</h2>
        <button type="button" class="quiet icon-only" aria-label="Close" disabled=${isBusy} onClick=${close}><${Icon} name="close" /></button></header>
      ${children}
    </div>
  </dialog>`;
}
