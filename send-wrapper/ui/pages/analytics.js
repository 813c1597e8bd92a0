// What happened on the site, against the time before.

import { loadFigures, sum } from "../analytics_load.js";
import { cardOf, metrics, seriesOf } from "../analytics_metrics.js";
import { Tops } from "../analytics_tops.js";
import { Card } from "../house/card.js";
import { Chart } from "../house/chart.js";
import { Empty } from "../house/empty.js";
import { counted } from "../house/format.js";
import { html } from "../house/html.js";
import { useLive } from "../house/load.js";
import { Loading } from "../house/loading.js";
import { Page } from "../house/page.js";
import { Panel } from "../house/panel.js";
import { useQuery } from "../house/router.js";
import { zone } from "../house/settings.js";
import { useStore } from "../house/store.js";
import { clock } from "../house/time.js";
import { RangePicker, showRange, withQuery } from "../range_picker.js";
import { units, written } from "../time_range.js";

/** @typedef {import("../analytics_load.js").Figures} Figures */
/** @typedef {import("../analytics_metrics.js").Metric} Metric */

const EVERY = 60_000;
const HALF = units["30min"].length;

/** The page. */
export default function Analytics() {
  const [range] = useQuery("range", "today");
  const [from] = useQuery("from");
  const [to] = useQuery("to");
  const [show] = useQuery("show", "requests");
  useStore(zone);
  const figures = useLive((signal) => loadFigures(range, from, to, signal), [range, from, to], EVERY);
  const { value } = figures;
  const metric = /** @type {Metric} */ (metrics.find(({ id }) => id === show) ?? metrics[0]);
  const card = (/** @type {Metric} */ one) => {
    const said = value && cardOf(one, value);
    const spark = value && seriesOf(one, value)[one.id === "durations" ? 1 : 0]?.values.filter((known) => known !== null);
    return html`<${Card} key=${one.id} title=${one.title} value=${said?.value} exact=${said?.exact} note=${said?.note} kind=${said?.kind}
      spark=${spark ?? []} series=${one.lines[one.id === "durations" ? 1 : 0]?.color} href=${withQuery({ show: one.id })} isCurrent=${one === metric} />`;
  };
  const chip = figures.failure ? "chip warn" : "chip ok";
  const live =
    value?.live && html`<span class=${chip} role="status">${figures.failure ? "not live" : "live"} · ${clock(figures.at)}</span>`;
  return html`<${Page} title="Analytics" note=${live}>
    <${RangePicker} range=${range} from=${from} to=${to} />
    <div class="cards six">${metrics.map(card)}</div>
    <${Loading} of=${figures} what="The figures" lines=${10} show=${(/** @type {Figures} */ shown) => html`<${Shown} figures=${shown} metric=${metric} range=${range} />`} />
  </${Page}>`;
}

/** @param {{ figures: Figures, metric: Metric, range: string }} props */
function Shown({ figures, metric, range }) {
  const { times, unit, whole, wholeUnit, windows, live } = figures;
  const isClosest = unit === "30min" && times.length < 4;
  const all = sum(windows, (window) => window.total_requests);
  const zoom = (/** @type {number} */ begin, /** @type {number} */ end) =>
    showRange("any", written(Math.floor(begin / HALF) * HALF), written(Math.ceil(end / HALF) * HALF));
  if (all + sum(windows, (window) => window.bot_requests) === 0 && sum(figures.before, (window) => window.total_requests) === 0)
    return html`<${Panel} title=${metric.title}><${Empty} title="Nothing was recorded in this time"><p>Requests, visitors and transfers appear here as the application records them. Choose a longer time above, or look whether its recorders are there under <a href="#/system">System</a>.</p></${Empty}></${Panel}>`;
  return html`<${Chart} name=${`${metric.id}-${range}`} title=${`${metric.title} by ${units[unit].text}`} times=${times} series=${seriesOf(metric, figures)}
      format=${metric.format} live=${live} zoom=${isClosest ? undefined : zoom} />
    <p class="small muted">${isClosest ? "" : "Drag over a part of the chart to look closer; Back leads back. "}${left(figures)}</p>
    <${Tops} windows=${whole} unit=${wholeUnit} />`;
}

/** What is in none of the figures. @param {Figures} figures */
function left({ windows }) {
  const bots = sum(windows, (window) => window.bot_requests);
  const moved = sum(windows, (window) => window.late_events + window.early_events);
  const unread = sum(windows, (window) => window.unreadable_parts);
  return [
    bots > 0 && `${counted(bots, "request")} of bots ${bots === 1 ? "is" : "are"} in none of these figures.`,
    moved > 0 && `${counted(moved, "event")} came too late or too early to count anywhere.`,
    unread > 0 && `${counted(unread, "part")} could not be read in full: percentiles and lists lack them.`,
  ]
    .filter(Boolean)
    .join(" ");
}
