// JSON as it was written: numbers keep the digits that JavaScript cannot hold.

/** A number that JavaScript would write otherwise: `value` is how it was written. */
export class Digits {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }

  /** As it was written: whichever browser tells the digits can write them, too. */
  toJSON() {
    return Reflect.get(JSON, "rawJSON")(this.text);
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
