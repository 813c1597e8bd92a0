// A form that stores a text or JSON under a key.

import { call } from "./house/api.js";
import { Dialog } from "./house/dialog.js";
import { html, useState } from "./house/html.js";
import { asFailure } from "./house/load.js";
import { Problem } from "./house/problem.js";
import { address, go } from "./house/router.js";
import { say } from "./house/toast.js";

/** @param {string} text */
function isObject(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** @param {{ namespace?: string, cacheKey?: string, close: () => void }} props */
export function StoreEntry({ namespace: given = "notes", cacheKey = "hello", close }) {
  const [namespace, setNamespace] = useState(given);
  const [key, setKey] = useState(cacheKey);
  const [text, setText] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState(/** @type {import("./house/api.js").Failure | undefined} */ (undefined));
  const isJson = isObject(text);
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    setFailure(undefined);
    try {
      const path = [namespace, "key_based", "store", isJson ? "json" : "string", ...key.split("/")];
      const headers = { "content-type": isJson ? "application/json" : "text/plain; charset=utf-8" };
      const stored = await call("POST", path, { body: text, headers });
      say("Stored.");
      close();
      go(address(["entry", stored.namespace, stored.cache_id]));
    } catch (error) {
      setFailure(asFailure(error));
      setBusy(false);
    }
  };
  const field = (/** @type {(text: string) => void} */ set) => (/** @type {InputEvent & { target: HTMLInputElement }} */ event) =>
    set(event.target.value);
  return html`<${Dialog} title="Store an entry" close=${close} wide><form onSubmit=${submit}>
    <div class="columns">
      <label class="field"><span>Namespace</span><input value=${namespace} onInput=${field(setNamespace)} required maxlength="128" pattern="[A-Za-z0-9_\\-]+"
        title="Letters, digits, _ and -" autocapitalize="off" spellcheck=${false} /></label>
      <label class="field"><span>Key</span><input value=${key} onInput=${field(setKey)} required maxlength="1024" autocapitalize="off" spellcheck=${false} /></label>
    </div>
    <label class="field"><span>Content</span><textarea class="short" value=${text} onInput=${field(setText)} required spellcheck=${false}></textarea></label>
    <p class="small muted">Stored as ${isJson ? "JSON" : "text"}, under its key (key-based).</p>
    ${failure && html`<${Problem} failure=${failure} what="Storing failed" />`}
    <div class="actions"><button type="button" onClick=${close}>Cancel</button>
      <button type="submit" class="primary" disabled=${isBusy}>${isBusy ? "Storing…" : "Store"}</button></div>
  </form></${Dialog}>`;
}
