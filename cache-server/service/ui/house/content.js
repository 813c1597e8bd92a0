// What is stored, as it is best read: a tree, text, an image, or bytes. Nothing of it is ever run: HTML and SVG are shown as source.

import { Hex } from "./hex.js";
import { html, useEffect, useState } from "./html.js";
import { readJson } from "./json_source.js";
import { JsonTree } from "./json_tree.js";
import { visible } from "./text.js";

/** What is longer is not shown, but offered as a file. */
export const MOST_SHOWN = 256 * 1024;

/**
 * @typedef {{ kind: "json", value: unknown, text: string } | { kind: "text", text: string, note: string }
 *   | { kind: "image", type: string } | { kind: "archive" } | { kind: "bytes" }} Content
 */

/** @type {[string, number[]][]} */
const images = [
  ["image/png", [0x89, 0x50, 0x4e, 0x47]],
  ["image/jpeg", [0xff, 0xd8, 0xff]],
  ["image/gif", [0x47, 0x49, 0x46, 0x38]],
  ["image/webp", [0x52, 0x49, 0x46, 0x46]],
];

/**
 * Tells what bytes are.
 * @param {Uint8Array} bytes
 * @param {boolean} isJson Whether they are known to be JSON, which may be a string.
 * @returns {Content}
 */
export function recognize(bytes, isJson) {
  const text = textOf(bytes);
  if (isJson && text !== undefined) {
    const value = parsed(text);
    if (typeof value === "string") return textual(value);
    if (value !== undefined) return { kind: "json", value, text };
  }
  const image = images.find(([, magic]) => magic.every((byte, at) => bytes[at] === byte));
  if (image && !isJson) return { kind: "image", type: image[0] };
  if (bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5)) return { kind: "archive" };
  return text === undefined ? { kind: "bytes" } : textual(text);
}

/** @param {string} text @returns {Content} */
function textual(text) {
  const begins = text.slice(0, 400).trimStart().toLowerCase();
  if (/^<\?xml|^<svg/.test(begins)) return { kind: "text", text, note: "XML or SVG, as source" };
  return { kind: "text", text, note: /^<!doctype|^<[a-z!]/.test(begins) ? "HTML, as source" : "Text" };
}

/** @param {Uint8Array} bytes @returns {string | undefined} */
function textOf(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** @param {string} text @returns {unknown} */
function parsed(text) {
  try {
    return readJson(text);
  } catch {
    return undefined;
  }
}

/** @param {{ content: Content, bytes: Uint8Array, isSource?: boolean }} props `isSource`: JSON as it was written. */
export function Content({ content, bytes, isSource = false }) {
  if (content.kind === "json" && !isSource) return html`<${JsonTree} value=${content.value} />`;
  if (content.kind === "text" || content.kind === "json") {
    return html`<pre class="source wrapped" tabindex="0" aria-label="Source"><bdi>${visible(content.text)}</bdi></pre>`;
  }
  if (content.kind === "image") return html`<${Picture} bytes=${bytes} type=${content.type} />`;
  return html`<${Hex} bytes=${bytes} />`;
}

/** @param {{ bytes: Uint8Array, type: string }} props */
function Picture({ bytes, type }) {
  const [source, setSource] = useState("");
  const [size, setSize] = useState("");
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (bytes)], { type }));
    setSource(made);
    return () => URL.revokeObjectURL(made);
  }, [bytes]);
  const onLoad = (/** @type {Event & { target: HTMLImageElement }} */ { target }) =>
    setSize(`${target.naturalWidth} × ${target.naturalHeight}`);
  const onError = () => setSize("The browser cannot show it.");
  return html`<figure class="picture">${source && html`<img src=${source} alt="The stored image" onLoad=${onLoad} onError=${onError} />`}
    <figcaption class="small muted">${type.slice(6).toUpperCase()} ${size}</figcaption></figure>`;
}
