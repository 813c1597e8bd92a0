// JSON as it was written: numbers keep the digits that JavaScript cannot hold.

/** A number that JavaScript would write otherwise: `value` is how it was written. */
export class Digits {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }
}

/**
 * Reads JSON; a number that would be written otherwise is its digits, where the browser tells them.
 * @param {string} text
 * @returns {unknown}
 * @throws {SyntaxError}
 */
export function readJson(text) {
  /** @param {string} _name @param {unknown} value @param {{ source?: string }} [context] */
  const keep = (_name, value, context) => {
    const isOther = typeof value === "number" && context?.source !== undefined && context.source !== String(value);
    return isOther ? new Digits(/** @type {string} */ (context?.source)) : value;
  };
  return JSON.parse(text, keep);
}

/**
 * The same JSON with a member on each line; names, strings and numbers as they are.
 * @param {string} source
 */
export function indented(source) {
  const tokens = source.match(/"(?:[^"\\]|\\.)*"|[[\]{}:,]|[^\s"[\]{}:,]+/g) ?? [];
  let [text, depth] = ["", 0];
  const line = () => `\n${"  ".repeat(depth)}`;
  tokens.forEach((token, at) => {
    const isEmpty = /[[{]/.test(tokens[at - 1] ?? "") && (tokens[at - 1] ?? "").length === 1;
    if (token === "{" || token === "[") {
      depth += 1;
      text += token + (/^[\]}]$/.test(tokens[at + 1] ?? "") ? "" : line());
    } else if (token === "}" || token === "]") {
      depth -= 1;
      text += (isEmpty ? "" : line()) + token;
    } else if (token === ",") text += token + line();
    else text += token === ":" ? ": " : token;
  });
  return text;
}
