// Deleting everything whose key begins with a text, or a whole namespace: counted first, and the name typed.

import { call } from "./house/api.js";
import { Confirm } from "./house/confirm.js";
import { counted, size } from "./house/format.js";
import { html, useEffect, useRef, useState } from "./house/html.js";
import { useLoad } from "./house/load.js";
import { Loading } from "./house/loading.js";
import { visible } from "./house/text.js";
import { say } from "./house/toast.js";

/** How many entries one call deletes. */
const AT_ONCE = 200;

/**
 * @param {{ namespace: string, prefix: string, close: () => void, done: () => void }} props `prefix`: what is proposed; empty for all.
 */
export function ClearPrefix({ namespace, prefix: proposed, close, done }) {
  const [prefix, setPrefix] = useState(proposed);
  const [settled, settle] = useState(proposed);
  const [deleted, setDeleted] = useState(0);
  useEffect(() => {
    const timer = setTimeout(() => settle(prefix), 300);
    return () => clearTimeout(timer);
  }, [prefix]);
  const wanted = useLoad(
    (signal) => call("GET", [namespace, "count"], { signal, query: { key_prefix: settled } }),
    [namespace, settled],
  );
  const stop = useRef(new AbortController());
  useEffect(() => () => stop.current.abort(), []);
  const act = async () => {
    const { signal } = stop.current;
    let [all, cursor] = [0, /** @type {string | null} */ (null)];
    do {
      // Deleting may take long on other machines' storage.
      const page = await call("DELETE", [namespace], {
        query: { confirm: namespace, key_prefix: prefix, limit: AT_ONCE, cursor },
        longest: 120_000,
        signal,
      });
      all += page.deleted;
      cursor = page.next;
      setDeleted(all);
      // Files of a store that was cut off stay until they are a minute old: they are no entries.
      if (prefix === "" && page.deleted === 0) break;
    } while (cursor !== null && !signal.aborted);
    if (signal.aborted) return;
    say(`Deleted ${counted(all, "entry", "entries")}.`);
    done();
  };
  const onInput = (/** @type {InputEvent & { target: HTMLInputElement }} */ event) => setPrefix(event.target.value);
  const show = (/** @type {{ entries: number, bytes: number, next: string | null }} */ { entries, bytes, next }) =>
    html`<p class="count-of"><b>${counted(entries, "entry", "entries")}${next && " and more"}</b>, ${size(bytes)}${next && " and more"}</p>`;
  const isSettled = prefix === settled && wanted.value !== undefined;
  return html`<${Confirm} title="Delete many entries" action=${isSettled ? "Delete all of them" : "Counting…"} act=${act} close=${close}
    isReady=${isSettled} typed=${prefix === "" ? namespace : prefix}>
    <label class="field"><span>Key begins with</span><input class="mono" value=${prefix} onInput=${onInput} autocapitalize="off" spellcheck=${false} /></label>
    <p>${
      prefix === ""
        ? html`Everything in <bdi class="strong">${visible(namespace)}</bdi>, of every strategy:`
        : html`Entries of every strategy in <bdi class="strong">${visible(namespace)}</bdi> whose key begins with this text:`
    }</p>
    <${Loading} of=${wanted} what="The count" lines=${1} show=${show} />
    <p>${deleted > 0 ? html`<span role="status">${counted(deleted, "entry", "entries")} deleted so far.</span>` : "With their child files, for good. This cannot be undone."}</p>
  </${Confirm}>`;
}
