// What days, weeks or months cost, as charts and tables take it.

import { visible } from "./house/text.js";

/**
 * A window as `GET /costs/series/{window_type}` shows it; amounts are decimal numbers as texts.
 * @typedef {{ window_key: string, window_start: number, window_end: number, complete: boolean, days_recorded: number, days_expected: number,
 *   currency: string | null, total_cost: string, cost_by_service: Record<string, string>, cost_per_request: string,
 *   cost_per_transfer: string, cost_per_active_user: string, total_requests: number, total_transfers: number, unique_visitors: number,
 *   delta_previous_pct: string | null }} CostWindow
 * @typedef {{ day: string, week: string, month: string }} Limits
 * @typedef {{ window_type: string, window_key: string, limit: string, amount: string, currency: string }} Alert
 * @typedef {{ window_key: string, currency: string | null, total_cost: string, projected_month: string, days_recorded: number,
 *   days_over: number }} Month
 * @typedef {{ month: Month, limits: Limits, alerts: Alert[] }} InShort
 */

/** How long windows are: how many are shown, and what they are called. @type {Record<string, { last: number, text: string, title: string }>} */
export const kinds = {
  daily: { last: 62, text: "Days", title: "day" },
  weekly: { last: 26, text: "Weeks", title: "week" },
  monthly: { last: 13, text: "Months", title: "month" },
};

/** Figures for one of something: which, in words, and the field. @type {[string, "cost_per_request" | "cost_per_transfer" | "cost_per_active_user", "total_requests" | "total_transfers" | "unique_visitors"][]} */
export const each = [
  ["Per request", "cost_per_request", "total_requests"],
  ["Per transfer", "cost_per_transfer", "total_transfers"],
  ["Per visitor", "cost_per_active_user", "unique_visitors"],
];

/** How many services have a colour of their own. */
const COLOURS = 4;

/** @type {Record<string, string>} */
const usual = { "Amazon Simple Storage Service": "S3", "Amazon Elastic Compute Cloud - Compute": "EC2" };

/** A service's name as there is room for it. @param {string} name */
export function shortName(name) {
  return usual[name] ?? (name.replace(/^(Amazon|AWS) ?/, "") || name);
}

/** Whether anything is recorded of a window, in this currency. @param {CostWindow} window @param {string} currency */
export const isRecorded = (window, currency) => window.days_recorded > 0 && window.currency === currency;

/** What the amounts are in: of several currencies the one that was used last. @param {CostWindow[]} windows */
export function currencyOf(windows) {
  return windows.findLast((window) => window.currency !== null)?.currency ?? "USD";
}

/**
 * What each service cost in all windows, the most expensive first.
 * @param {CostWindow[]} windows
 * @param {string} currency
 */
export function byService(windows, currency) {
  /** @type {Map<string, number>} */
  const sums = new Map();
  for (const window of windows.filter((one) => isRecorded(one, currency))) {
    for (const [name, amount] of Object.entries(window.cost_by_service)) sums.set(name, (sums.get(name) ?? 0) + Number(amount));
  }
  return [...sums].map(([name, amount]) => ({ name, amount })).sort((one, other) => other.amount - one.amount);
}

/**
 * The lines of the chart: the most expensive services, and all that is left of the total.
 * @param {CostWindow[]} windows
 * @param {string} currency
 * @returns {import("./house/plot.js").Series[]}
 */
export function piles(windows, currency) {
  const names = byService(windows, currency).map(({ name }) => name);
  const own = names.slice(0, names.length > COLOURS + 1 ? COLOURS : COLOURS + 1);
  const of = (/** @type {CostWindow} */ window, /** @type {string} */ name) => Number(window.cost_by_service[name] ?? 0);
  const values = (/** @type {(window: CostWindow) => number} */ amount) =>
    windows.map((window) => (isRecorded(window, currency) ? amount(window) : null));
  const series = own.map((name, at) => ({
    label: visible(shortName(name))
      .filter((part) => typeof part === "string")
      .join(""),
    values: values((window) => of(window, name)),
    color: at + 1,
  }));
  const left = values((window) => Number(window.total_cost) - own.reduce((sum, name) => sum + of(window, name), 0));
  const hasMore = left.some((value) => value !== null && Math.abs(value) >= 0.005);
  return hasMore ? [...series, { label: own.length > 0 ? "others" : "total", values: left, color: 5 }] : series;
}
