// The link that invites somebody: an address that is typed once and remembered by this browser, with the name of a token in it.

import { Copy } from "./house/copy.js";
import { Dialog } from "./house/dialog.js";
import { html } from "./house/html.js";
import { Icon } from "./house/icon.js";
import { store, useStore } from "./house/store.js";
import { TextField } from "./text_field.js";

const KEY = "share-address";
const PLACE = "{token}";

/** What was typed. */
const base = store("");
try {
  base.set(localStorage.getItem(KEY) ?? "");
  base.listen((text) => localStorage.setItem(KEY, text));
} catch {
  // Nothing is remembered in such a window.
}

/** Makes the links of tokens; empty while no address of the web was typed. */
export function useLinks() {
  const text = useStore(base).trim();
  return (/** @type {string} */ name) => {
    const whole = text.replaceAll(PLACE, name);
    if (!/^https?:\/\/[^/]/i.test(text) || !URL.canParse(whole)) return "";
    const link = new URL(whole);
    if (!text.includes(PLACE)) link.searchParams.set("token", name);
    return link.href;
  };
}

/** Copies the link of a token, or leads to where the address is typed. @param {{ name: string, label?: string, ask: () => void }} props */
export function CopyLink({ name, label, ask }) {
  const text = useLinks()(name);
  const what = `link of ${name}`;
  if (text) return html`<${Copy} text=${text} label=${label} name=${what} />`;
  return html`<button type="button" class=${label ? "" : "quiet icon-only"} aria-label=${label ? undefined : `Copy the ${what}`} title=${label ? undefined : "Copy the link"} onClick=${ask}><${Icon} name="copy" />${label}</button>`;
}

/** @param {{ name: string, close: () => void }} props */
export function ShareLink({ name, close }) {
  const text = useStore(base);
  const link = useLinks()(name);
  const isWrong = text !== "" && !link;
  const hint = isWrong
    ? "This is no address that begins with https://."
    : `Remembered by this browser. ${PLACE} stands for the token; without it, ?token= is added.`;
  return html`<${Dialog} title="Share link" close=${close}>
    <p>Whoever opens this link is invited with <b>${name}</b>.</p>
    ${link && html`<div class="command"><pre tabindex="0"><code>${link}</code></pre><${Copy} text=${link} name="link" /></div>`}
    <${TextField} label="Address of the page that takes tokens" value=${text} change=${base.set} type="url" autofocus placeholder="https://" hint=${hint} isWrong=${isWrong} />
    <div class="actions"><button type="button" onClick=${close}>Done</button></div>
  </${Dialog}>`;
}
