// Figures as people read them. Whoever shows one puts `exact` into its title.

const whole = new Intl.NumberFormat("en-US");

/** @param {number} value */
export function count(value) {
  return whole.format(value);
}

/**
 * A count with its noun: `1 entry`, `2 entries`.
 * @param {number} value
 * @param {string} one
 * @param {string} [many]
 */
export function counted(value, one, many = `${one}s`) {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/**
 * A count in few characters: `1,284`, `12.9k`, `3.1M`.
 * @param {number} value
 */
export function short(value) {
  if (Math.abs(value) < 10_000) return count(Math.round(value * 100) / 100);
  const [by, unit] = Math.abs(value) < 1e6 ? [1e3, "k"] : Math.abs(value) < 1e9 ? [1e6, "M"] : [1e9, "G"];
  return `${three(value / Number(by))}${unit}`;
}

const sizes = ["B", "kB", "MB", "GB", "TB", "PB"];

/**
 * A size: `48.2 MB`; a kilobyte has 1,000 bytes.
 * @param {number} bytes
 */
export function size(bytes) {
  let [value, unit] = [bytes, 0];
  while (Math.abs(value) >= 999.5 && unit < sizes.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? count(value) : three(value)} ${sizes[unit]}`;
}

/** @param {number} bytes */
export function exactSize(bytes) {
  return counted(bytes, "byte");
}

/**
 * A duration: `4 ms`, `3.1 s`, `12 min`, `5 h`, `3 days`.
 * @param {number} milliseconds
 */
export function duration(milliseconds) {
  if (milliseconds < 999.5) return `${three(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${three(seconds)} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${count(Math.round(seconds / 86_400))} days`;
}

/**
 * An amount of money: `$61.20`; smaller ones keep their digits.
 * @param {number} amount
 * @param {string} [currency]
 */
export function money(amount, currency = "USD") {
  const digits = amount !== 0 && Math.abs(amount) < 0.1 ? { maximumSignificantDigits: 2 } : {};
  return new Intl.NumberFormat("en-US", { style: "currency", currency, ...digits }).format(amount);
}

/**
 * A share of a whole: `0.4%`.
 * @param {number} part
 * @param {number} of
 */
export function percent(part, of) {
  if (of === 0) return "0%";
  const share = (part / of) * 100;
  return `${share > 0 && share < 10 ? three(Math.round(share * 10) / 10) : Math.round(share)}%`;
}

/**
 * How much more or less: `+12%`, `−9%`; nothing when there was nothing before.
 * @param {number} now
 * @param {number} before
 */
export function change(now, before) {
  if (before === 0) return now === 0 ? "±0%" : "new";
  const share = Math.round((now / before - 1) * 100);
  return `${share < 0 ? "−" : share > 0 ? "+" : "±"}${count(Math.abs(share))}%`;
}

/** Three digits that count. @param {number} value */
function three(value) {
  const digits = Math.abs(value) >= 99.95 ? 0 : Math.abs(value) >= 9.995 ? 1 : 2;
  return String(Number(value.toFixed(digits)));
}
