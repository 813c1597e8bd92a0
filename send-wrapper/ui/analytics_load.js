// What happened in a range of time, and in as long a time before it.

import { call } from "./house/api.js";
import { beforeText, DAY, keyOf, later, rangeOf, units, windowAt } from "./time_range.js";

/** @typedef {import("./time_range.js").Unit} Unit */
/** @typedef {{ value: string, count: number }} Top */
/**
 * A window as `GET /analytics/series/{window_type}` shows it.
 * @typedef {{ window_start: number, window_end: number, sealed: boolean, total_requests: number, unique_visitors: number, bot_requests: number,
 *   file_uploads: number, completed_transfers: number, file_downloads: number, error_count: number, total_bytes: number,
 *   p50_duration_ms: number, p95_duration_ms: number, p99_duration_ms: number, late_events: number, early_events: number,
 *   unreadable_parts: number, top_paths: Top[], top_paths_error: number, top_referrers: Top[], top_referrers_error: number,
 *   top_countries: Top[], top_countries_error: number, status_codes: Top[] }} Window
 */

/**
 * @typedef {object} Figures
 * @property {Unit} unit
 * @property {string} called What the period before is called.
 * @property {number[]} times When the windows begin.
 * @property {(Window | undefined)[]} windows One for each time; none for what is yet to come, or not kept any more.
 * @property {(Window | undefined)[]} before As many windows before.
 * @property {Window[]} whole The longest windows that make up the range: days, where it is made of whole ones.
 * @property {Unit} wholeUnit
 * @property {number} share How much of the last window that has begun is over, of 1.
 * @property {number} begun How many of the windows have begun.
 * @property {[number, number] | undefined} live The first and the last window that may still change.
 */

/**
 * @param {string} name
 * @param {string} from
 * @param {string} to
 * @param {AbortSignal} signal
 * @returns {Promise<Figures>}
 */
export async function loadFigures(name, from, to, signal) {
  const now = Date.now();
  const { unit, begin, count } = rangeOf(name, from, to, now);
  const end = later(unit, begin, count);
  const current = windowAt(unit, now);
  const last = Math.min(later(unit, end, -1), current);
  const get = async (/** @type {Unit} */ of, /** @type {number} */ first) => {
    const query = { from: keyOf(of, windowAt(of, first)), to: keyOf(of, windowAt(of, last)) };
    /** @type {{ windows: Window[] }} */
    const { windows } = await call("GET", ["analytics", "series", of], { signal, query, longest: 70_000 });
    return windows;
  };
  // Visitors are told apart within a day: days know better than the sum of their hours.
  const hasDays = units[unit].length < DAY && begin % DAY === 0 && end % DAY === 0;
  const [all, days] = await Promise.all([get(unit, later(unit, begin, -count)), hasDays ? get("daily", begin) : undefined]);
  const at = new Map(all.map((window) => [window.window_start, window]));
  const times = Array.from({ length: count }, (_, number) => later(unit, begin, number));
  const windows = times.map((time) => at.get(time));
  const open = windows.flatMap((window, number) => (window && !window.sealed ? [number] : []));
  return {
    unit,
    called: beforeText(name),
    times,
    windows,
    before: times.map((_, number) => at.get(later(unit, begin, number - count))),
    whole: days ?? windows.filter((window) => window !== undefined),
    wholeUnit: days ? "daily" : unit,
    share: last < current ? 1 : (now - current) / (later(unit, current, 1) - current),
    begun: times.filter((time) => time <= last).length,
    live: open.length > 0 ? [/** @type {number} */ (open[0]), /** @type {number} */ (open.at(-1))] : undefined,
  };
}

/** @param {(Window | undefined)[]} windows @param {(window: Window) => number} of */
export function sum(windows, of) {
  return windows.reduce((all, window) => all + (window ? of(window) : 0), 0);
}

/** What the period before had come to after as long a time. @param {Figures} figures @param {(window: Window) => number} of */
export function sumBefore({ before, begun, share }, of) {
  return sum(before.slice(0, begun - 1), of) + share * sum(before.slice(begun - 1, begun), of);
}

/** Whether there was a period before of which anything is kept. @param {Figures} figures */
export const hasBefore = ({ before }) => before.some((window) => window !== undefined);

/**
 * What is in the middle of the windows in which anything was answered.
 * @param {Window[]} windows
 * @param {(window: Window) => number} of
 */
export function median(windows, of) {
  const answered = windows.filter((window) => window.total_requests > 0);
  const inOrder = answered.map(of).sort((one, other) => one - other);
  return inOrder[Math.floor((inOrder.length - 1) / 2)];
}
