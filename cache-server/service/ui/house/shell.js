// The frame around every page: navigation, which is a drawer where the window is narrow, and who sits here.

import { isReachable } from "./api.js";
import { html, useEffect, useRef, useState } from "./html.js";
import { Icon } from "./icon.js";
import { address, route } from "./router.js";
import { session, signOut } from "./session.js";
import { useStore } from "./store.js";
import { Switches } from "./switches.js";
import { say } from "./toast.js";

/** @typedef {import("./app.js").PageEntry} PageEntry */

/**
 * @param {{ title: string, subtitle: string, pages: PageEntry[], current: string, children?: import("./html.js").View }} props
 */
export function Shell({ title, subtitle, pages, current, children }) {
  const [isOpen, open] = useState(false);
  const toggle = useRef(/** @type {HTMLElement | null} */ (null));
  const drawer = useRef(/** @type {HTMLElement | null} */ (null));
  const shown = useStore(route);
  const isOnline = useStore(isReachable);
  const { scopes } = useStore(session);
  useEffect(() => open(false), [shown]);
  useEffect(() => {
    if (!isOpen) return undefined;
    /** @type {HTMLElement | null | undefined} */ (drawer.current?.querySelector("a"))?.focus();
    const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Escape") return;
      open(false);
      toggle.current?.focus();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [isOpen]);
  const skip = (/** @type {Event} */ event) => {
    event.preventDefault();
    /** @type {HTMLElement | null} */ (document.querySelector("h1"))?.focus();
  };
  const link = (/** @type {PageEntry} */ { name, text = "", icon = "file", scope }) =>
    (!scope || scopes.includes(scope)) &&
    html`<a key=${name} href=${address([name])} aria-current=${name === current ? "page" : undefined}><${Icon} name=${icon} />${text}</a>`;
  const askForKeys = () => document.dispatchEvent(new CustomEvent("show-keys"));
  return html`<div class="shell" data-open=${isOpen}>
    <a class="skip" href="#main" onClick=${skip}>Skip to the page</a>
    <header class="top"><button type="button" class="quiet icon-only" ref=${toggle} aria-label="Menu" aria-expanded=${isOpen} aria-controls="drawer"
      onClick=${() => open(!isOpen)}><${Icon} name=${isOpen ? "close" : "menu"} /></button><b>${title}</b><small>${subtitle}</small></header>
    <div class="veil" onClick=${() => open(false)}></div>
    <aside id="drawer" ref=${drawer}>
      <div class="brand"><span class="mark" aria-hidden="true"></span><div><b>${title}</b><small>${subtitle}</small></div></div>
      <nav aria-label="Pages">${pages.filter((page) => page.text).map(link)}</nav>
      <div class="foot"><${Who} />
        <div class="foot-row"><${Switches} /><span class="grow"></span>
          <button type="button" class="quiet icon-only" aria-label="Keys" title="Keys (?)" onClick=${askForKeys}><${Icon} name="keyboard" /></button></div></div>
    </aside>
    <main id="main">${!isOnline && html`<p class="offline" role="status"><${Icon} name="warn" />The service cannot be reached. What you see may be old; this page goes on when it is back.</p>`}${children}</main>
  </div>`;
}

/** Whose key it is, what it may do, and the way out. */
function Who() {
  const { state, name, scopes } = useStore(session);
  if (state === "open") return html`<p class="who"><b>No key needed</b><small>open to this machine</small></p>`;
  const leave = () => signOut().catch((error) => say(`Signing out failed: ${error.message}`, "bad"));
  return html`<div class="who"><div><b><bdi>${name}</bdi></b><small>${scopes.join(", ")}</small></div>
    <button type="button" class="quiet icon-only" aria-label="Sign out" title="Sign out" onClick=${leave}><${Icon} name="out" /></button></div>`;
}
