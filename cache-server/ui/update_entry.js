// New content for an entry, with the tag of what was seen: nobody's change is overwritten.

import { Failure, request } from "./house/api.js";
import { MOST_SHOWN } from "./house/content.js";
import { Dialog } from "./house/dialog.js";
import { size as sizeText } from "./house/format.js";
import { html, useState } from "./house/html.js";
import { asFailure, useLoad } from "./house/load.js";
import { Loading } from "./house/loading.js";
import { Problem } from "./house/problem.js";
import { say } from "./house/toast.js";
import { indented } from "./indented.js";

/** @typedef {{ type: "string" | "json" | "binary", text: string, tag: string }} Seen */

/**
 * @param {{ namespace: string, id: string, type: string, size: number, close: () => void, done: () => void }} props
 */
export function UpdateEntry({ namespace, id, type, size, close, done }) {
  const isEdited = type === "json" && size <= MOST_SHOWN;
  const seen = useLoad(
    async (signal) => {
      if (!isEdited) {
        const answer = await request("HEAD", [namespace, "retrieve", id, "binary"], { signal });
        return { type: "binary", text: "", tag: answer.headers.get("etag") ?? "" };
      }
      const answer = await request("GET", [namespace, "retrieve", id], { signal });
      const [whole, tag] = [await answer.text(), answer.headers.get("etag") ?? ""];
      const { data, data_type: kind } = JSON.parse(whole);
      // Read and written again, numbers would lose digits.
      if (kind !== "string") return { type: "json", text: indented(sourceOfData(whole)), tag };
      // A text field would write other line ends.
      return data.includes("\r") ? { type: "binary", text: "", tag } : { type: "string", text: data, tag };
    },
    [namespace, id],
  );
  const show = (/** @type {Seen} */ value) =>
    html`<${Form} key=${value.tag} namespace=${namespace} id=${id} kind=${type} seen=${value} close=${close} done=${done} again=${seen.again} />`;
  return html`<${Dialog} title="Update the content" close=${close} wide><${Loading} of=${seen} what="The content" lines=${8} show=${show} /></${Dialog}>`;
}

/** @param {{ namespace: string, id: string, kind: string, seen: Seen, close: () => void, done: () => void, again: () => void }} props */
function Form({ namespace, id, kind, seen, close, done, again }) {
  const [text, setText] = useState(seen.text);
  const [file, setFile] = useState(/** @type {File | undefined} */ (undefined));
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState(/** @type {Failure | undefined} */ (undefined));
  const hasChanged = failure?.status === 412;
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    setFailure(undefined);
    try {
      if (seen.type === "json") check(text);
      await update(namespace, id, kind, seen, seen.type === "binary" ? file : text);
      say("Updated.");
      done();
      close();
    } catch (error) {
      setFailure(asFailure(error));
      setBusy(false);
    }
  };
  const takeTheirs = () => {
    setFailure(undefined);
    again();
  };
  const onInput = (/** @type {InputEvent & { target: HTMLTextAreaElement }} */ event) => setText(event.target.value);
  const onFile = (/** @type {Event & { target: HTMLInputElement }} */ event) => setFile(event.target.files?.[0]);
  return html`<form onSubmit=${submit}>
    ${
      seen.type === "binary"
        ? html`<label class="field"><span>New content${kind === "json" ? ", a file with JSON or text" : ""}</span><input type="file" onChange=${onFile} required /></label>${file && html`<p class="small muted">${sizeText(file.size)}</p>`}`
        : html`<label class="field"><span>${seen.type === "json" ? "JSON" : "Text"}</span><textarea value=${text} onInput=${onInput} spellcheck=${false} required></textarea></label>`
    }
    <p class="small muted">The id and the hash stay those of the content that was stored first.</p>
    ${
      hasChanged
        ? html`<div class="problem" role="alert"><div><p><b>Somebody has changed the content meanwhile.</b></p><p class="small">Nothing was overwritten. Load what is there now; your text stays in the field until then.</p></div>
            <button type="button" onClick=${takeTheirs}>Load what is there now</button></div>`
        : failure && html`<${Problem} failure=${failure} what="Updating failed" />`
    }
    <div class="actions"><button type="button" onClick=${close}>Cancel</button>
      <button type="submit" class="primary" disabled=${isBusy || hasChanged}>${isBusy ? "Updating…" : "Update"}</button></div>
  </form>`;
}

/**
 * The content in the answer for an entry, as it is written there: first, and before what is said about the entry.
 * @param {string} whole
 */
function sourceOfData(whole) {
  return whole.slice('{"data":'.length, whole.lastIndexOf(',"metadata":'));
}

/** @param {string} text @throws {Failure} */
function check(text) {
  try {
    JSON.parse(text);
  } catch (error) {
    throw new Failure(`This is no JSON: ${error instanceof Error ? error.message : error}`);
  }
}

/**
 * @param {string} namespace
 * @param {string} id
 * @param {string} kind
 * @param {Seen} seen
 * @param {File | string | undefined} content
 */
async function update(namespace, id, kind, seen, content) {
  if (content === undefined) throw new Failure("Choose a file first.");
  const bytes = typeof content === "string" ? content : await content.arrayBuffer();
  const isJson = seen.type === "json" || (kind === "json" && typeof content !== "string" && content.name.endsWith(".json"));
  const as = seen.type === "string" || (kind === "json" && !isJson) ? "string" : isJson ? "json" : "binary";
  const media = { string: "text/plain; charset=utf-8", json: "application/json", binary: "application/octet-stream" }[as];
  const headers = { "content-type": media, ...(seen.tag ? { "if-match": seen.tag } : {}) };
  await request("POST", [namespace, "update", id, as], { body: bytes, headers, longest: 120_000 });
}
