// Ranges of time, in windows as the service adds them up; days are those of UTC.

const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** How long windows are (a month at least), how much of a time makes their key, and what they are called. @type {Record<Unit, [number, number, string]>} */
export const units = {
  "30min": [HOUR / 2, 16, "half hour"],
  hourly: [HOUR, 13, "hour"],
  daily: [DAY, 10, "day"],
  monthly: [28 * DAY, 7, "month"],
};

/** Ranges: their names, and the period before. @type {[string, string, string][]} */
export const ranges = [
  ["today", "Today", "yesterday"],
  ["24h", "24 h", "the day before"],
  ["7d", "7 days", "the week before"],
  ["30d", "30 days", "the 30 days before"],
  ["12m", "12 months", "the year before"],
  ["any", "Any", "the time before"],
];

/** The window so many later than the one a moment lies in. @param {Unit} unit @param {number} at @param {number} [by] */
export function windowAt(unit, at, by = 0) {
  const [length] = units[unit];
  if (unit !== "monthly") return at - (at % length) + by * length;
  const day = new Date(at);
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + by);
}

/** How the service names a window. @param {Unit} unit @param {number} at */
export const keyOf = (unit, at) => new Date(at).toISOString().slice(0, units[unit][1]);

const names = /** @type {Unit[]} */ (Object.keys(units));

/** Two windows at least, since a line needs two points. @param {Unit} unit @param {number} from @param {number} end @returns {TimeRange} */
function windowsOf(unit, from, end) {
  const begin = windowAt(unit, from);
  let count = 2;
  while (count < 199 && windowAt(unit, begin, count) < end) count += 1;
  return { unit, begin, count };
}

/** The same range in the next longer windows, which are kept for longer. @param {TimeRange} range */
export function coarser({ unit, begin, count }) {
  const next = names[names.indexOf(unit) + 1];
  return next && windowsOf(next, begin, windowAt(unit, begin, count));
}

/** The windows of a range; of one that cannot be read, the last seven days. @param {string} name @param {string} from @param {string} to @param {number} now @returns {TimeRange} */
export function rangeOf(name, from, to, now) {
  if (name === "today") return { unit: "30min", begin: windowAt("daily", now), count: 48 };
  if (name === "24h") return { unit: "30min", begin: windowAt("30min", now, -47), count: 48 };
  if (name === "30d") return { unit: "daily", begin: windowAt("daily", now, -29), count: 30 };
  if (name === "12m") return { unit: "monthly", begin: windowAt("monthly", now, -11), count: 12 };
  const moment = (/** @type {string} */ text) => Date.parse(text.length > 10 ? `${text}Z` : text);
  const [first, last] = from > to ? [to, from] : [from, to];
  const [begin, before] = [moment(first), moment(last)].map((at) => Math.max(at, Date.UTC(2000, 0)));
  if (name !== "any" || !begin || !before) return { unit: "hourly", begin: windowAt("daily", now, -6), count: 168 };
  const end = last.length > 10 ? before : before + DAY;
  // The windows of the period before come in the same call, which has 400 at most.
  const unit = names.find((one) => end - begin <= 199 * units[one][0]) ?? "monthly";
  return windowsOf(unit, Math.min(begin, now), end);
}
