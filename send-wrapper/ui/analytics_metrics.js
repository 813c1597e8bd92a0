// What Analytics shows: for each figure its card, and the lines of its chart.

import { hasBefore, median, sum, sumBefore } from "./analytics_load.js";
import { change, count, duration, exactSize, percent, short, size } from "./house/format.js";
import { units } from "./time_range.js";

/** @typedef {import("./analytics_load.js").Figures} Figures */
/** @typedef {import("./analytics_load.js").Window} Window */
/** @typedef {import("./house/plot.js").Series} Series */
/** @typedef {{ label: string, of: (window: Window) => number, color: number }} Line */
/**
 * @typedef {object} Metric
 * @property {string} id
 * @property {string} title
 * @property {(value: number) => string} format
 * @property {Line[]} lines The first one is compared with the period before.
 * @property {boolean} [isMeasured] Whether there is no figure where nothing was answered, and nothing to be compared.
 */

/** @type {Metric[]} */
export const metrics = [
  {
    id: "requests",
    title: "Requests",
    format: short,
    lines: [{ label: "requests", of: (window) => window.total_requests, color: 1 }],
  },
  {
    id: "visitors",
    title: "Visitors",
    format: short,
    lines: [{ label: "visitors", of: (window) => window.unique_visitors, color: 2 }],
  },
  {
    id: "transfers",
    title: "Transfers",
    format: short,
    lines: [
      { label: "completed", of: (window) => window.completed_transfers, color: 3 },
      { label: "files in", of: (window) => window.file_uploads, color: 1 },
      { label: "files out", of: (window) => window.file_downloads, color: 4 },
    ],
  },
  {
    id: "errors",
    title: "Errors",
    format: short,
    lines: [{ label: "errors", of: (window) => window.error_count, color: 3 }],
  },
  { id: "bytes", title: "Bytes", format: size, lines: [{ label: "bytes", of: (window) => window.total_bytes, color: 4 }] },
  {
    id: "durations",
    title: "Durations",
    format: duration,
    isMeasured: true,
    lines: [
      { label: "p50", of: (window) => window.p50_duration_ms, color: 2 },
      { label: "p95", of: (window) => window.p95_duration_ms, color: 3 },
      { label: "p99", of: (window) => window.p99_duration_ms, color: 4 },
    ],
  },
];

/** The lines of a chart. @param {Metric} metric @param {Figures} figures @returns {Series[]} */
export function seriesOf({ lines, isMeasured = false }, figures) {
  const value = (/** @type {Line} */ { of }) => {
    return (/** @type {Window | undefined} */ window) =>
      window === undefined || (isMeasured && window.total_requests === 0) ? null : of(window);
  };
  const series = lines.map((line, number) => ({
    label: line.label,
    values: figures.windows.map(value(line)),
    color: line.color,
    kind: /** @type {"area" | "line"} */ (number === 0 && !isMeasured ? "area" : "line"),
  }));
  const [first] = lines;
  if (isMeasured || !first || !hasBefore(figures)) return series;
  return [
    ...series,
    { label: figures.called === "yesterday" ? "yesterday" : "before", values: figures.before.map(value(first)), kind: "before" },
  ];
}

/**
 * What the card of a figure says.
 * @param {Metric} metric
 * @param {Figures} figures
 * @returns {{ value: string, exact?: string, note: string, kind?: "" | "warn" }}
 */
export function cardOf({ id, lines, format }, figures) {
  const { windows, whole, wholeUnit, called } = figures;
  const of = /** @type {Line} */ (lines[0]).of;
  if (id === "durations") {
    const [p50, p95, p99] = lines.map((line) => median(whole, line.of));
    if (p50 === undefined || p95 === undefined || p99 === undefined) return { value: "—", note: "nothing was answered" };
    const middle = whole.length > 1 ? `, median ${units[wholeUnit].text}` : "";
    return {
      value: duration(p95),
      exact: `95 of 100 answers took no longer than ${count(p95)} ms`,
      note: `p95; p50 ${duration(p50)}, p99 ${duration(p99)}${middle}`,
    };
  }
  const [now, then] = [sum(windows, of), sumBefore(figures, of)];
  const compared = !hasBefore(figures) ? "" : then === 0 ? `none ${called}` : `${change(now, then)} on ${called}`;
  if (id === "errors") {
    const requests = sum(windows, (window) => window.total_requests);
    const [rate, before] = [now / requests, then / sumBefore(figures, (window) => window.total_requests)];
    const kind = rate > 0.05 || (rate > 0.01 && rate > 1.5 * before) ? "warn" : "";
    return {
      value: percent(now, requests),
      exact: `${count(now)} of ${count(requests)}`,
      note: `${count(now)}; ${compared}`,
      kind,
    };
  }
  if (id === "visitors") {
    const all = sum(whole, of);
    // Months are the sums of their days.
    const unit = wholeUnit === "monthly" ? "daily" : wholeUnit;
    const once = whole.length > 1 ? `; each once a ${units[unit].text}` : "";
    return { value: format(all), exact: count(all), note: `${compared}${once}` };
  }
  return { value: format(now), exact: id === "bytes" ? exactSize(now) : count(now), note: compared };
}
