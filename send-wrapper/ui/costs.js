// What days, weeks or months cost, as cards, charts and tables take it.

/** How long windows are: what they are called, one of them, and how many are shown. @type {Record<string, [string, string, number]>} */
export const kinds = { daily: ["Days", "day", 62], weekly: ["Weeks", "week", 26], monthly: ["Months", "month", 13] };

/** What the costs are divided by, with the fields. @type {[string, "cost_per_request" | "cost_per_transfer" | "cost_per_active_user", "total_requests" | "total_transfers" | "unique_visitors"][]} */
export const each = [
  ["Per request", "cost_per_request", "total_requests"],
  ["Per transfer", "cost_per_transfer", "total_transfers"],
  ["Per visitor", "cost_per_active_user", "unique_visitors"],
];

/** Whether anything is recorded of a window, in this currency. @param {CostWindow} window @param {string} currency */
export const isRecorded = (window, currency) => window.days_recorded > 0 && window.currency === currency;

/** What each service cost in all windows, the most expensive first. @param {CostWindow[]} windows */
export function byService(windows) {
  /** @type {Map<string, number>} */
  const sums = new Map();
  for (const [name, amount] of windows.flatMap((window) => Object.entries(window.cost_by_service)))
    sums.set(name, (sums.get(name) ?? 0) + Number(amount));
  return [...sums].map(([label, value]) => ({ label, value })).sort((one, other) => other.value - one.value);
}

/** The lines of the chart: the four services that cost most, and what is left of the total. @param {CostWindow[]} windows @param {string} currency @returns {Series[]} */
export function piles(windows, currency) {
  const names = byService(windows.filter((window) => isRecorded(window, currency)))
    .map(({ label }) => label)
    .slice(0, 4);
  const values = (/** @type {(window: CostWindow) => number} */ amount) =>
    windows.map((window) => (isRecorded(window, currency) ? amount(window) : null));
  const of = (/** @type {CostWindow} */ window, /** @type {string} */ name) => Number(window.cost_by_service[name] ?? 0);
  const series = names.map((name, at) => ({
    label: shortName(name),
    values: values((window) => of(window, name)),
    color: at + 1,
  }));
  const left = values((window) => names.reduce((rest, name) => rest - of(window, name), Number(window.total_cost)));
  return [...series, { label: names.length > 0 ? "others" : "total", values: left, color: 5 }];
}

/** A service's name as there is room for it. @param {string} name */
function shortName(name) {
  if (name === "Amazon Simple Storage Service") return "S3";
  return name.replace(/^(Amazon|AWS) ?/, "").replace(/^Elastic Compute Cloud.*/, "EC2") || name;
}
