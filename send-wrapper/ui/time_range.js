// Ranges of time as Analytics shows them: which windows they are made of. Days are those of UTC, as the service counts them.

const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** @typedef {"30min" | "hourly" | "daily" | "monthly"} Unit How long the windows are. */
/** @typedef {{ unit: Unit, begin: number, count: number }} Range So many windows from `begin` on, in milliseconds since 1970. */

/** @type {Record<Unit, { length: number, key: number, text: string }>} A month's length is that of the shortest. */
export const units = {
  "30min": { length: HOUR / 2, key: 16, text: "half hour" },
  hourly: { length: HOUR, key: 13, text: "hour" },
  daily: { length: DAY, key: 10, text: "day" },
  monthly: { length: 28 * DAY, key: 7, text: "month" },
};

/** @type {[string, string][]} */
export const ranges = [
  ["today", "Today"],
  ["24h", "24 h"],
  ["7d", "7 days"],
  ["30d", "30 days"],
  ["12m", "12 months"],
  ["any", "Any"],
];

/** What the period before is called. @param {string} range */
export function beforeText(range) {
  const texts = {
    today: "yesterday",
    "24h": "the day before",
    "7d": "the week before",
    "30d": "the 30 days before",
    "12m": "the year before",
  };
  return Reflect.get(texts, range) ?? "the time before";
}

/** The beginning of the window a moment lies in. @param {Unit} unit @param {number} at */
export function windowAt(unit, at) {
  if (unit !== "monthly") return at - (at % units[unit].length);
  const day = new Date(at);
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth());
}

/** The beginning of the window so many windows later. @param {Unit} unit @param {number} begin @param {number} by */
export function later(unit, begin, by) {
  if (unit !== "monthly") return begin + by * units[unit].length;
  const day = new Date(begin);
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + by);
}

/** How the service names a window. @param {Unit} unit @param {number} begin */
export const keyOf = (unit, begin) => new Date(begin).toISOString().slice(0, units[unit].key);

/** A moment as it stands in the address, to the minute. @param {number} at */
export const written = (at) => keyOf("30min", at);

/** Reads a day, or a moment of UTC; `isEnd` for the end of that day. @param {string} text @param {boolean} isEnd */
function moment(text, isEnd) {
  const isDay = text.length === 10;
  const at = Date.parse(isDay ? text : `${text}Z`);
  return isDay && isEnd ? at + DAY : at;
}

/**
 * The windows of a range; of what cannot be read, the last seven days.
 * @param {string} name
 * @param {string} from
 * @param {string} to
 * @param {number} now
 * @returns {Range}
 */
export function rangeOf(name, from, to, now) {
  const today = windowAt("daily", now);
  if (name === "today") return { unit: "30min", begin: today, count: 48 };
  if (name === "24h") return { unit: "30min", begin: windowAt("30min", now) - 47 * (HOUR / 2), count: 48 };
  if (name === "30d") return { unit: "daily", begin: today - 29 * DAY, count: 30 };
  if (name === "12m") return { unit: "monthly", begin: later("monthly", windowAt("monthly", now), -11), count: 12 };
  const [begin, end] = [moment(from, false), moment(to, true)].sort((one, other) => one - other);
  if (name !== "any" || !begin || !end) return { unit: "hourly", begin: today - 6 * DAY, count: 7 * 24 };
  return cut(Math.max(begin, Date.UTC(2000, 0)), Math.max(end, Date.UTC(2000, 0)), now);
}

/** Windows so long that those of the period before can be asked for as well, in one call. @param {number} begin @param {number} end @param {number} now */
function cut(begin, end, now) {
  const length = end - begin;
  /** @type {Unit} */
  const unit = length <= 2 * DAY ? "30min" : length <= 8 * DAY ? "hourly" : length <= 199 * DAY ? "daily" : "monthly";
  const first = Math.min(windowAt(unit, begin), windowAt(unit, now));
  let count = 0;
  while (count < 200 && later(unit, first, count) < end) count += 1;
  return { unit, begin: first, count: Math.max(2, count) };
}
