// JSON as a tree that is folded: of what is large, only what is asked for is drawn.

import { counted } from "./format.js";
import { html, useState } from "./html.js";
import { Digits } from "./json_source.js";
import { Text, visible } from "./text.js";

/** How many members are drawn at first, and with each "more". */
const STEP = 100;
/** How deep it is unfolded at first; what has more members than this is not. */
const OPEN = { depth: 2, members: 30 };

/** @param {{ value: unknown }} props */
export function JsonTree({ value }) {
  return html`<div class="json mono"><${Node} value=${value} depth=${0} /></div>`;
}

/** @param {{ name?: string, value: unknown, depth: number }} props */
function Node({ name, value, depth }) {
  const isBranch = typeof value === "object" && value !== null && !(value instanceof Digits);
  if (isBranch) return html`<${Branch} name=${name} value=${value} depth=${depth} />`;
  const label = name !== undefined && html`<span class="json-key">${visible(name)}</span>: `;
  const leaf =
    typeof value === "string"
      ? html`<span class="json-string">"<${Text} of=${value} most=${400} mono />"</span>`
      : html`<span class="json-other">${value instanceof Digits ? value.text : String(value)}</span>`;
  return html`<div class="json-leaf">${label}${value === "" ? html`<span class="json-string">""</span>` : leaf}</div>`;
}

/** @param {{ name: string | undefined, value: object, depth: number }} props */
function Branch({ name, value, depth }) {
  const isList = Array.isArray(value);
  const names = isList ? undefined : Object.keys(value);
  const size = names?.length ?? /** @type {unknown[]} */ (value).length;
  const [isOpen, open] = useState(depth < OPEN.depth && (size <= OPEN.members || depth === 0));
  const [shown, show] = useState(STEP);
  const note = isList ? counted(size, "item") : counted(size, "key");
  const label = name !== undefined && html`<span class="json-key">${visible(name)}</span>: `;
  if (size === 0) return html`<div class="json-leaf">${label}<span class="muted">${isList ? "[ ]" : "{ }"}</span></div>`;
  const members = Array.from({ length: isOpen ? Math.min(shown, size) : 0 }, (_, at) => {
    const key = names?.[at];
    const member = key === undefined ? /** @type {unknown[]} */ (value)[at] : Reflect.get(value, key);
    return html`<${Node} key=${at} name=${key ?? String(at)} value=${member} depth=${depth + 1} />`;
  });
  return html`<div class="json-branch">
    <button type="button" class="json-fold" aria-expanded=${isOpen} onClick=${() => open(!isOpen)}>
      <span class="json-arrow" aria-hidden="true">▸</span>${label}<span class="muted">${isList ? "[" : "{"} ${note} ${isList ? "]" : "}"}</span></button>
    ${
      isOpen &&
      html`<div class="json-members">${members}${
        size > shown &&
        html`<button type="button" class="link" onClick=${() => show(shown + STEP * 5)}>show more of ${counted(size, "member")}</button>`
      }</div>`
    }
  </div>`;
}
