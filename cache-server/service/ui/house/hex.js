// Bytes as they are: where, in hexadecimal, and as characters where they are some.

import { exactSize } from "./format.js";
import { html, useState } from "./html.js";

const WIDTH = 16;
const STEP = 64 * WIDTH;

/** @param {Uint8Array} bytes @param {number} from */
function line(bytes, from) {
  const part = [...bytes.subarray(from, from + WIDTH)];
  const hex = part.map((byte, at) => byte.toString(16).padStart(2, "0") + (at === 7 ? " " : "")).join(" ");
  const text = part.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·")).join("");
  return `${from.toString(16).padStart(8, "0")}  ${hex.padEnd(WIDTH * 3)}  ${text}`;
}

/** @param {{ bytes: Uint8Array }} props */
export function Hex({ bytes }) {
  const [shown, show] = useState(STEP);
  const end = Math.min(shown, bytes.length);
  const lines = Array.from({ length: Math.ceil(end / WIDTH) }, (_, at) => line(bytes, at * WIDTH));
  return html`<div><pre class="source" tabindex="0" aria-label="Bytes">${lines.join("\n")}</pre>${
    end < bytes.length &&
    html`<p class="small"><button type="button" class="link" onClick=${() => show(shown + STEP * 4)}>show more of ${exactSize(bytes.length)}</button></p>`
  }</div>`;
}
