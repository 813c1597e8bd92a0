// uPlot, loaded when the first chart is drawn, and how a chart of ours looks in it.

/** @typedef {{ label: string, values: (number | null)[], color?: number, kind?: "line" | "area" | "before" }} Series */

/** @type {Promise<any> | undefined} */
let loading;

/** Loads uPlot, once. */
export function plotter() {
  loading ??= new Promise((resolve, reject) => {
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = new URL("../vendor/uplot.css", import.meta.url).href;
    const script = document.createElement("script");
    script.src = new URL("../vendor/uplot.js", import.meta.url).href;
    script.onload = () => resolve(Reflect.get(globalThis, "uPlot"));
    script.onerror = () => {
      loading = undefined;
      reject(new Error("the chart could not be loaded"));
    };
    document.head.append(style, script);
  });
  return loading;
}

/** The colours of the theme. */
function colors() {
  const style = getComputedStyle(document.body);
  const of = (/** @type {string} */ name) => style.getPropertyValue(`--${name}`).trim();
  return {
    of,
    line: of("line"),
    muted: of("muted"),
    strong: of("line-strong"),
    font: `11px ${style.fontFamily}`,
    family: style.fontFamily,
  };
}

/** Text that fits, with its end left out where it does not. @param {CanvasRenderingContext2D} ctx @param {string} text @param {number} room */
function cut(ctx, text, room) {
  let kept = text;
  while (kept.length > 1 && ctx.measureText(kept === text ? text : `${kept}…`).width > room) kept = kept.slice(0, -1);
  return kept === text ? text : `${kept}…`;
}

/**
 * How the axis of times is written, as uPlot takes it: for each smallest step the text, and what is added where a year, a day or
 * the first begins.
 */
const times = [
  [31_536_000, "{YYYY}", null, null, null, null, null, null, 1],
  [2_419_200, "{MMM}", "\n{YYYY}", null, null, null, null, null, 1],
  [86_400, "{D} {MMM}", "\n{YYYY}", null, null, null, null, null, 1],
  [60, "{HH}:{mm}", "\n{D} {MMM}", null, "\n{D} {MMM}", null, null, null, 1],
  [1, "{HH}:{mm}:{ss}", "\n{D} {MMM}", null, "\n{D} {MMM}", null, null, null, 1],
];

/**
 * The options of a chart for uPlot.
 * @param {{ times: number[], series: Series[], format: (value: number) => string, width: number, height: number, isUtc: boolean,
 *   uPlot: any, hover: (at: number | null) => void, zoom: ((from: number, to: number) => void) | undefined,
 *   live: [number, number] | undefined, stacked: boolean }} chart
 */
export function options({ times: at, series, format, width, height, isUtc, uPlot, hover, zoom, live, stacked }) {
  const color = colors();
  const narrow = width < 520;
  const axis = { stroke: color.muted, font: color.font, ticks: { show: false }, border: { show: false } };
  const of = (/** @type {Series} */ { color: number = 1, kind = "line" }) => ({
    stroke: kind === "before" ? color.strong : color.of(`series-${number}`),
    width: kind === "before" ? 1.5 : 2,
    ...(kind === "before" ? { dash: [4, 4] } : {}),
    ...(kind === "area" ? { fill: `${color.of(`series-${number}`)}${stacked ? "4d" : "24"}` } : {}),
    points: { show: false },
    spanGaps: false,
  });
  // What ends in a line is named at its end; names that would meet are moved apart.
  const ends = (/** @type {any} */ plot) => {
    const { ctx, bbox } = plot;
    const ratio = uPlot.pxRatio;
    ctx.save();
    ctx.font = `${11 * ratio}px ${color.family}`;
    ctx.textBaseline = "middle";
    ctx.textAlign = "left";
    const names = series.map((one, number) => {
      const last = one.values.findLastIndex((value) => value !== null);
      const y = last < 0 ? Number.NaN : plot.valToPos(one.values[last], "y", true);
      return { text: one.label, y, color: of(one).stroke === color.strong ? color.muted : of(one).stroke, number };
    });
    const apart = 14 * ratio;
    let before = Number.NEGATIVE_INFINITY;
    const placed = names.filter(({ y }) => Number.isFinite(y)).sort((one, other) => one.y - other.y);
    for (const name of placed) {
      name.y = Math.max(name.y, before + apart);
      before = name.y;
    }
    // From the lowest on, none below the axis.
    let lowest = bbox.top + bbox.height + 4 * ratio;
    for (const { text, y, color } of placed.reverse()) {
      lowest = Math.min(y, lowest);
      ctx.fillStyle = color;
      ctx.fillText(cut(ctx, text, 74 * ratio), bbox.left + bbox.width + 8 * ratio, lowest);
      lowest -= apart;
    }
    ctx.restore();
  };
  // What still changes lies on a band, half a step around its first and last point.
  const band = (/** @type {any} */ plot) => {
    if (!live) return;
    const { ctx, bbox } = plot;
    const half = ((at[1] ?? 0) - (at[0] ?? 0)) / 2000;
    const x = (/** @type {number} */ seconds) =>
      Math.max(bbox.left, Math.min(bbox.left + bbox.width, plot.valToPos(seconds, "x", true)));
    const [left, right] = [x((at[live[0]] ?? 0) / 1000 - half), x((at[live[1]] ?? 0) / 1000 + half)];
    ctx.save();
    ctx.fillStyle = color.of("accent-soft");
    ctx.fillRect(left, bbox.top, right - left, bbox.height);
    ctx.restore();
  };
  return {
    width,
    height,
    ...(isUtc ? { tzDate: (/** @type {number} */ seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC") } : {}),
    padding: [14, narrow ? 8 : 84, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      points: { size: 7 },
      drag: { x: zoom !== undefined, y: false, setScale: false },
    },
    scales: {
      y: {
        range: (/** @type {any} */ _, /** @type {number} */ least, /** @type {number} */ most) => [
          Math.min(0, least * 1.08),
          most > 0 ? most * 1.08 : 1,
        ],
      },
    },
    axes: [
      { ...axis, grid: { show: false }, space: 64, values: times },
      {
        ...axis,
        grid: { stroke: color.line, width: 1 },
        size: 54,
        space: 42,
        values: (/** @type {any} */ _, /** @type {number[]} */ splits) => splits.map(format),
      },
    ],
    series: [{}, ...series.map(of)],
    // Each pile is filled down to the one below it.
    bands: stacked ? series.slice(1).map((_, number) => ({ series: [number + 1, number + 2] })) : [],
    hooks: {
      setCursor: [(/** @type {any} */ plot) => hover(plot.cursor.idx ?? null)],
      setSelect: [
        (/** @type {any} */ plot) => {
          const { left, width: wide } = plot.select;
          if (zoom && wide > 4) zoom(plot.posToVal(left, "x") * 1000, plot.posToVal(left + wide, "x") * 1000);
        },
      ],
      drawClear: [band],
      draw: narrow ? [] : [ends],
    },
  };
}
