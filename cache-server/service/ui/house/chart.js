// A chart over time: lines on uPlot, their figures under the pointer, and a table and a file of the same.

import { saveCsv } from "./csv.js";
import { html, useEffect, useRef, useState } from "./html.js";
import { Icon } from "./icon.js";
import { Panel } from "./panel.js";
import { options, plotter } from "./plot.js";
import { isDark, zone } from "./settings.js";
import { useStore } from "./store.js";
import { Table } from "./table.js";
import { absolute, utcDay } from "./time.js";

/** @typedef {import("./plot.js").Series} Series */

const HEIGHT = 260;

/**
 * @param {{ name: string, title: string, times: number[], series: Series[], format: (value: number) => string, stacked?: boolean,
 *   zoom?: (from: number, to: number) => void, actions?: import("./html.js").View, live?: [number, number], isDays?: boolean }} props
 *   `name`: what the file is called; `times`: milliseconds since 1970; `stacked`: each line lies on the ones before; `zoom`: what
 *   dragging over a part does; `live`: the first and the last of the times whose figures still change; `isDays`: the
 *   times are days of UTC, or begin with one.
 */
export function Chart({ name, title, times, series, format, stacked = false, zoom, actions, live, isDays = false }) {
  const [isTable, showTable] = useState(false);
  const [at, hover] = useState(/** @type {number | null} */ (null));
  useStore(zone);
  const told = isDays ? utcDay : absolute;
  const rows = times.map((time, number) => ({ time, number }));
  const state = (/** @type {number} */ number) => (live && number >= live[0] && number <= live[1] ? "live" : "");
  const columns = [
    {
      id: "time",
      title: "Time",
      isMain: true,
      cell: (/** @type {any} */ row) =>
        html`${told(row.time)}${state(row.number) && html` <span class="chip accent">live</span>`}`,
      value: (/** @type {any} */ row) => new Date(row.time).toISOString(),
    },
    ...series.map((one, number) => ({
      id: `s${number}`,
      title: one.label,
      isNumber: true,
      cell: (/** @type {any} */ row) => shown(one.values[row.number], format),
      value: (/** @type {any} */ row) => one.values[row.number],
    })),
  ];
  const onCsv = () =>
    saveCsv(
      name,
      ["Time", ...series.map(({ label }) => label), ...(live ? ["State"] : [])],
      rows.map(({ time, number }) => [
        new Date(time).toISOString(),
        ...series.map(({ values }) => values[number]),
        ...(live ? [state(number)] : []),
      ]),
    );
  const buttons = html`${actions}<button type="button" aria-pressed=${isTable} onClick=${() => showTable(!isTable)}><${Icon} name="table" />Table</button>
    <button type="button" onClick=${onCsv}><${Icon} name="download" />CSV</button>`;
  return html`<${Panel} title=${title} actions=${buttons}>
    ${
      isTable
        ? html`<${Table} name=${name} label=${title} columns=${columns} rows=${rows} id=${(/** @type {any} */ row) => String(row.time)} />`
        : html`<${Reading} times=${times} series=${series} at=${at} format=${format} told=${told} isLive=${live !== undefined} />
          <${Plot} title=${title} times=${times} series=${stacked ? piled(series) : series} format=${format} hover=${hover} zoom=${zoom} live=${live} stacked=${stacked} isDays=${isDays} />`
    }
  </${Panel}>`;
}

/** @param {number | null | undefined} value @param {(value: number) => string} format */
function shown(value, format) {
  return value === null || value === undefined ? "—" : format(value);
}

/** Each on the ones before, gaps where none has a value; the largest is drawn first, so that none is hidden. @param {Series[]} series */
function piled(series) {
  const sums = /** @type {number[]} */ ([]);
  const piles = series.map((one) => ({
    ...one,
    kind: /** @type {const} */ ("area"),
    values: one.values.map((value, at) => {
      if (series.every(({ values }) => values[at] === null)) return null;
      sums[at] = (sums[at] ?? 0) + (value ?? 0);
      return sums[at] ?? 0;
    }),
  }));
  return piles.reverse();
}

/**
 * What the lines are, and their figures where the pointer is.
 * @param {{ times: number[], series: Series[], at: number | null, format: (value: number) => string,
 *   told: (at: number) => string, isLive: boolean }} props
 */
function Reading({ times, series, at, format, told, isLive }) {
  const time = at === null ? undefined : times[at];
  return html`<div class="reading">${series.map(
    ({ label, values, color = 1, kind }) =>
      html`<span key=${label}><i class=${kind === "before" ? "before" : `s${color}`}></i>${label}${
        at !== null && html` <b>${shown(values[at], format)}</b>`
      }</span>`,
  )}${isLive && html`<span><i class="live"></i>still counted</span>`}<span class="grow"></span>${time !== undefined && html`<span>${told(time)}</span>`}</div>`;
}

/**
 * @param {{ title: string, times: number[], series: Series[], format: (value: number) => string, hover: (at: number | null) => void,
 *   zoom: ((from: number, to: number) => void) | undefined, live: [number, number] | undefined, stacked: boolean, isDays: boolean }} props
 */
function Plot({ title, times, series, format, hover, zoom, live, stacked, isDays }) {
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  const [isBroken, breakIt] = useState(false);
  const dark = useStore(isDark);
  const isUtc = useStore(zone) === "utc" || isDays;
  const data = JSON.stringify([times, series, live]);
  useEffect(() => {
    const into = place.current;
    if (!into) return undefined;
    let plot = /** @type {any} */ (undefined);
    let isGone = false;
    plotter().then(
      (uPlot) => {
        if (isGone) return;
        const width = into.clientWidth;
        const given = options({ times, series, format, width, height: HEIGHT, isUtc, uPlot, hover, zoom, live, stacked });
        plot = new uPlot(given, [times.map((time) => time / 1000), ...series.map(({ values }) => values)], into);
      },
      () => breakIt(true),
    );
    const observer = new ResizeObserver(() => plot?.setSize({ width: into.clientWidth, height: HEIGHT }));
    observer.observe(into);
    return () => {
      isGone = true;
      observer.disconnect();
      plot?.destroy();
    };
  }, [data, dark, isUtc]);
  const label = `${title}: a chart. The button Table shows its figures.`;
  return html`<div class="plot" role="img" aria-label=${label} ref=${place}>${isBroken && html`<p class="muted">The chart could not be loaded; the table has its figures.</p>`}</div>`;
}
