// What happened in a range of time, and in as long a time before it: what cards and charts show of it.

import { call } from "./house/api.js";
import { change, count, duration, percent, short, size } from "./house/format.js";
import { DAY, keyOf, rangeOf, ranges, units, windowAt } from "./time_range.js";

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

/** @param {string} name @param {string} from @param {string} to @param {AbortSignal} signal @returns {Promise<Figures>} */
export async function loadFigures(name, from, to, signal) {
  const now = Date.now();
  const { unit, begin, count: length } = rangeOf(name, from, to, now);
  const [end, current] = [windowAt(unit, begin, length), windowAt(unit, now)];
  const last = Math.min(windowAt(unit, end, -1), current);
  const get = async (/** @type {Unit} */ of, /** @type {number} */ first) => {
    const query = { from: keyOf(of, first), to: keyOf(of, last) };
    /** @type {{ windows: Totals[] }} */
    const { windows } = await call("GET", ["analytics", "series", of], { signal, query, longest: 70_000 });
    return windows;
  };
  // Visitors are told apart within a day: days know better than the sum of their hours.
  const hasDays = units[unit][0] < DAY && begin % DAY === 0 && end % DAY === 0;
  const [all, days] = await Promise.all([get(unit, windowAt(unit, begin, -length)), hasDays ? get("daily", begin) : undefined]);
  const at = new Map(all.map((window) => [window.window_start, window]));
  const take = (/** @type {number} */ by) => Array.from({ length }, (_, number) => at.get(windowAt(unit, begin, number + by)));
  const windows = take(0);
  const open = windows.flatMap((window, number) => (window && !window.sealed ? number : []));
  const times = windows.map((_, number) => windowAt(unit, begin, number));
  return {
    unit,
    called: ranges.find(([id]) => id === name)?.[2] ?? "the time before",
    times,
    windows,
    before: take(-length),
    whole: days ?? windows.filter((window) => window !== undefined),
    wholeUnit: days ? "daily" : unit,
    begun: times.filter((time) => time <= last).length,
    share: last < current ? 1 : (now - current) / (windowAt(unit, current, 1) - current),
    live: open.length > 0 ? [open[0] ?? 0, open.at(-1) ?? 0] : undefined,
  };
}

/** @param {(Totals | undefined)[]} windows @param {keyof Totals} field */
export const sum = (windows, field) => windows.reduce((all, window) => all + Number(window?.[field] ?? 0), 0);

/** What the period before had come to after as long a time. @param {Figures} figures @param {keyof Totals} field */
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
  const { windows, whole, wholeUnit, before, called } = figures;
  const field = lines[0]?.[1] ?? "total_requests";
  const [now, then, requests] = [sum(windows, field), sumBefore(figures, field), sum(windows, "total_requests")];
  const compared = !before.some(Boolean) ? "" : then === 0 ? `none ${called}` : `${change(now, then)} on ${called}`;
  if (id === "durations") {
    const answered = whole.filter((window) => window.total_requests > 0);
    if (answered.length === 0) return ["—", "", "nothing was answered"];
    const middle = (/** @type {keyof Totals} */ of) =>
      answered.map((window) => Number(window[of])).sort((one, other) => one - other)[(answered.length - 1) >> 1] ?? 0;
    const [p95 = 0, p50 = 0, p99 = 0] = lines.map(([, of]) => middle(of));
    const median = whole.length > 1 ? `, median ${units[wholeUnit][2]}` : "";
    return [duration(p95), `${count(p95)} ms`, `p95; p50 ${duration(p50)}, p99 ${duration(p99)}${median}`];
  }
  if (id === "errors") {
    const [rate, usual] = [now / requests, then / sumBefore(figures, "total_requests")];
    const isHigh = rate > 0.05 || (rate > 0.01 && rate > 1.5 * usual);
    return [percent(now, requests), `${count(now)} of ${count(requests)}`, `${count(now)}; ${compared}`, isHigh ? "warn" : ""];
  }
  if (id !== "visitors") return [format(now), count(now), compared];
  const all = sum(whole, field);
  // Months are the sums of their days.
  const each = units[wholeUnit === "monthly" ? "daily" : wholeUnit][2];
  return [format(all), count(all), `${compared}${whole.length > 1 ? `; each once a ${each}` : ""}`];
}
