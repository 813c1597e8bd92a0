// What happened in a range of time, and in as long a time before it: what cards and charts show of it.

import { call } from "./house/api.js";
import { change, count, duration, percent, short, size } from "./house/format.js";
import { coarser, DAY, keyOf, rangeOf, ranges, units, windowAt } from "./time_range.js";

/** @type {Metric[]} */
export const metrics = [
  { id: "requests", title: "Requests", format: short, lines: [["requests", "total_requests", 1]] },
  { id: "visitors", title: "Visitors", format: short, lines: [["visitors", "unique_visitors", 2]] },
  {
    id: "transfers",
    title: "Transfers",
    format: short,
    lines: [
      ["completed", "completed_transfers", 3],
      ["files in", "file_uploads", 1],
      ["files out", "file_downloads", 4],
    ],
  },
  { id: "errors", title: "Errors", format: short, lines: [["errors", "error_count", 3]] },
  { id: "bytes", title: "Bytes", format: size, lines: [["bytes", "total_bytes", 4]] },
  {
    id: "durations",
    title: "Durations",
    format: duration,
    lines: [
      ["p95", "p95_duration_ms", 3],
      ["p50", "p50_duration_ms", 2],
      ["p99", "p99_duration_ms", 4],
    ],
  },
];

/**
 * Windows, and as many before them.
 * @param {TimeRange} range @param {Totals[]} all Those that are kept. @param {number} now @returns {Period}
 */
function periodOf({ unit, begin, count: length }, all, now) {
  const at = new Map(all.map((window) => [window.window_start, window]));
  const times = Array.from({ length }, (_, number) => windowAt(unit, begin, number));
  const current = windowAt(unit, now);
  const isOver = windowAt(unit, begin, length) <= current;
  return {
    times,
    windows: times.map((time) => at.get(time)),
    before: times.map((_, number) => at.get(windowAt(unit, begin, number - length))),
    begun: times.filter((time) => time <= current).length,
    share: isOver ? 1 : (now - current) / (windowAt(unit, current, 1) - current),
  };
}

/** @param {string} name @param {string} from @param {string} to @param {AbortSignal} signal @returns {Promise<Figures>} */
export async function loadFigures(name, from, to, signal) {
  const now = Date.now();
  /** @param {TimeRange} range */
  const load = async (range) => {
    const { unit, begin, count: length } = range;
    const last = Math.min(windowAt(unit, begin, length - 1), windowAt(unit, now));
    const query = { from: keyOf(unit, windowAt(unit, begin, -length)), to: keyOf(unit, last) };
    const { windows } = await call("GET", ["analytics", "series", unit], { signal, query, longest: 70_000 });
    return periodOf(range, windows, now);
  };
  let range = rangeOf(name, from, to, now);
  for (;;) {
    const { unit, begin, count: length } = range;
    const end = windowAt(unit, begin, length);
    // Visitors are told apart within a day: days know better than the sum of their hours.
    const hasDays = units[unit][0] < DAY && begin % DAY === 0 && end % DAY === 0;
    const [period, days] = await Promise.all([
      load(range),
      hasDays ? load({ unit: "daily", begin, count: (end - begin) / DAY }) : undefined,
    ]);
    const { windows, begun } = period;
    // Short windows are not kept for as long as longer ones.
    const longer = windows.slice(0, begun).every(Boolean) ? undefined : coarser(range);
    if (longer) {
      range = longer;
      continue;
    }
    const open = windows.flatMap((window, number) => (window && !window.sealed ? number : []));
    return {
      ...period,
      unit,
      called: ranges.find(([id]) => id === name)?.[2] ?? "the time before",
      visited: days ?? period,
      whole: (days ?? period).windows.filter((window) => window !== undefined),
      wholeUnit: days ? "daily" : unit,
      live: open.length > 0 ? [open[0] ?? 0, open.at(-1) ?? 0] : undefined,
    };
  }
}

/** @param {(Totals | undefined)[]} windows @param {keyof Totals} field */
export const sum = (windows, field) => windows.reduce((all, window) => all + Number(window?.[field] ?? 0), 0);

/** What the period before had come to after as long a time. @param {Period} period @param {keyof Totals} field */
const sumBefore = ({ before, begun, share }, field) =>
  sum(before.slice(0, begun - 1), field) + share * sum(before.slice(begun - 1, begun), field);

/** The lines of a chart; durations only where anything was answered. @param {Metric} metric @param {Figures} figures @returns {Series[]} */
export function seriesOf({ id, lines }, { windows, before, called }) {
  const isDuration = id === "durations";
  const values = (/** @type {(Totals | undefined)[]} */ of, /** @type {keyof Totals} */ field) =>
    of.map((window) => (window === undefined || (isDuration && window.total_requests === 0) ? null : Number(window[field])));
  /** @type {Series[]} */
  const series = lines.map(([label, field, color], at) => ({
    label,
    color,
    values: values(windows, field),
    kind: at === 0 && !isDuration ? "area" : "line",
  }));
  const [first] = lines;
  if (first && !isDuration && before.some(Boolean))
    series.push({ label: called === "yesterday" ? called : "before", values: values(before, first[1]), kind: "before" });
  return series;
}

/** What a card says: a figure, the exact one, and what it is compared with. @param {Metric} metric @param {Figures} figures @returns {[string, string, string, string?]} */
export function cardOf({ id, lines, format }, figures) {
  const { windows, whole, wholeUnit, called } = figures;
  const field = lines[0]?.[1] ?? "total_requests";
  const of = id === "visitors" ? figures.visited : figures;
  const [now, then, requests] = [sum(of.windows, field), sumBefore(of, field), sum(windows, "total_requests")];
  const compared = !of.before.slice(0, of.begun).every(Boolean)
    ? ""
    : then === 0
      ? `none ${called}`
      : `${change(now, then)} on ${called}`;
  if (id === "durations") {
    const answered = whole.filter((window) => window.total_requests > 0);
    if (answered.length === 0) return ["—", "", "nothing was answered"];
    const middle = (/** @type {keyof Totals} */ one) =>
      answered.map((window) => Number(window[one])).sort((one, other) => one - other)[(answered.length - 1) >> 1] ?? 0;
    const [p95 = 0, p50 = 0, p99 = 0] = lines.map(([, one]) => middle(one));
    const median = whole.length > 1 ? `, median ${units[wholeUnit][2]}` : "";
    return [duration(p95), `${count(p95)} ms`, `p95; p50 ${duration(p50)}, p99 ${duration(p99)}${median}`];
  }
  if (id === "errors") {
    const [rate, usual] = [now / requests, then / sumBefore(figures, "total_requests")];
    const isHigh = rate > 0.05 || (rate > 0.01 && rate > 1.5 * usual);
    return [percent(now, requests), `${count(now)} of ${count(requests)}`, sentence(count(now), compared), isHigh ? "warn" : ""];
  }
  if (id !== "visitors") return [format(now), count(now), compared];
  // Months are the sums of their days.
  const each = units[wholeUnit === "monthly" ? "daily" : wholeUnit][2];
  return [format(now), count(now), sentence(compared, whole.length > 1 ? `each once a ${each}` : "")];
}

/** @param {string[]} parts Those that say something. */
const sentence = (...parts) => parts.filter(Boolean).join("; ");
