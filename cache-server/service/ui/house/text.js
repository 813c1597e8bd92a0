// Text that somebody else wrote: always text, in a line of its own direction, with what cannot be seen made visible, and cut
// with a way to the whole.

import { html, useState } from "./html.js";

// Controls but tab and line feed, marks of direction, invisible spaces and joiners, separators, halves of surrogates.
const UNSEEN = /(?![\t\n])\p{Cc}|\p{Cf}|\p{Cs}|\p{Zl}|\p{Zp}|\u034f|[\u115f\u1160\u3164\uffa0]/gu;

/** The number of a character, as Unicode writes it. @param {string} character */
function number(character) {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
}

/**
 * Text with what cannot be seen written as its number, such as `⟨202E⟩`.
 * @param {string} text
 * @returns {import("./html.js").View[]}
 */
export function visible(text) {
  /** @type {import("./html.js").View[]} */
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(UNSEEN)) {
    parts.push(text.slice(from, match.index));
    const name = number(match[0]);
    parts.push(html`<span class="unseen" title=${`U+${name}, which cannot be seen`}>⟨${name}⟩</span>`);
    from = match.index + match[0].length;
  }
  parts.push(text.slice(from));
  return parts;
}

/** As `visible`, for attributes. @param {string} text */
export function plain(text) {
  return text.replace(UNSEEN, (found) => `⟨${number(found)}⟩`);
}

/**
 * @param {{ of: string | null | undefined, most?: number, mono?: boolean }} props `most`: how many characters are shown at first; 120
 *   when not given.
 */
export function Text({ of, most = 120, mono = false }) {
  const [isWhole, show] = useState(false);
  if (of === null || of === undefined || of === "") return html`<span class="muted">—</span>`;
  const isCut = of.length > most && !isWhole;
  const more = () => show(true);
  return html`<bdi class=${mono ? "mono wrap" : "wrap"}>${visible(isCut ? of.slice(0, most) : of)}${
    isCut && html`…${" "}<button type="button" class="link" onClick=${more}>show all ${of.length} characters</button>`
  }</bdi>`;
}
