// What the server has answered in the last minutes, made of its metrics: requests a second, errors, and how long answers took.

import { request } from "./house/api.js";
import { Chart } from "./house/chart.js";
import { duration, short } from "./house/format.js";
import { html } from "./house/html.js";
import { useLive } from "./house/load.js";
import { Loading } from "./house/loading.js";
import { Panel } from "./house/panel.js";

/** @typedef {{ at: number, answers: number, errors: number, buckets: Map<number, number> }} Sample Counted since the start of the server. */

const EVERY = 10_000;
/** Samples that are kept: those of ten minutes. */
const MOST = 61;

/** Kept beyond the page, so that whoever comes back sees what was. @type {Sample[]} */
let samples = [];

/** The samples that are read. */
const sampled = /^(http_requests_total|http_request_duration_seconds_bucket)\{(.*)\} (\S+)$/;

/** What this page itself asks for is left out. */
const own = /route="\/(metrics|health\/ready)"/;

/**
 * Reads the metrics of requests. Routes have no quotes in their paths.
 * @param {string} text @param {number} at
 * @returns {Sample}
 */
export function read(text, at) {
  const sample = { at, answers: 0, errors: 0, buckets: new Map() };
  for (const line of text.split("\n")) {
    const [, name = "", labels = "", value] = sampled.exec(line) ?? [];
    if (!name || own.test(labels)) continue;
    const count = Number(value);
    if (name === "http_requests_total") {
      sample.answers += count;
      if (/status="5/.test(labels)) sample.errors += count;
    } else {
      const bound = Number(/le="([^"]+)"/.exec(labels)?.[1]?.replace("+Inf", "Infinity"));
      sample.buckets.set(bound, (sample.buckets.get(bound) ?? 0) + count);
    }
  }
  return sample;
}

/**
 * The time within which this part of the answers between two samples began, in milliseconds; null when there were none.
 * @param {Sample} before @param {Sample} now @param {number} part
 */
export function quantile(before, now, part) {
  const bounds = [...now.buckets.keys()].sort((a, b) => a - b);
  const counts = bounds.map((bound) => (now.buckets.get(bound) ?? 0) - (before.buckets.get(bound) ?? 0));
  const wanted = (counts.at(-1) ?? 0) * part;
  if (!wanted) return null;
  const place = counts.findIndex((count) => count >= wanted);
  const [low, least] = [bounds[place - 1] ?? 0, counts[place - 1] ?? 0];
  const [high = low, most = least] = [bounds[place], counts[place]];
  // Nothing tells how long the slowest took.
  return 1000 * (Number.isFinite(high) ? low + ((high - low) * (wanted - least)) / (most - least) : low);
}

/** @param {AbortSignal} signal */
async function load(signal) {
  const text = await (await request("GET", ["metrics"], { signal })).text();
  const sample = read(text, Date.now());
  // One that counts anew was started anew.
  const isNew = (samples.at(-1)?.answers ?? 0) > sample.answers;
  samples = [...(isNew ? [] : samples), sample].slice(-MOST);
  return samples;
}

/** Panels with the requests of the last minutes. */
export function Traffic() {
  const loaded = useLive(load, [], EVERY);
  return html`<${Loading} of=${loaded} what="The requests" show=${charts} />`;
}

/** @param {Sample[]} seen */
function charts(seen) {
  const pairs = seen.slice(1).map((now, number) => ({ before: seen[number] ?? now, now }));
  if (!pairs.length) {
    return html`<${Panel} title="Requests"><p class="muted">${short(seen[0]?.answers ?? 0)} since the start. What comes from now on is drawn here every ten seconds.</p></${Panel}>`;
  }
  // What is between two samples holds from the first of them on, so that one pair is a line already.
  const drawn = pairs.slice(0, 1).concat(pairs);
  const times = drawn.map(({ before, now }, number) => (number ? now.at : before.at));
  const rate = (/** @type {"answers" | "errors"} */ what) =>
    drawn.map(({ before, now }) => (1000 * (now[what] - before[what])) / Math.max(now.at - before.at, 1));
  const taken = (/** @type {number} */ part) => drawn.map(({ before, now }) => quantile(before, now, part));
  return html`<${Chart} name="requests" title="Requests a second" times=${times} format=${short}
      series=${[{ label: "answers", values: rate("answers"), kind: "area" }, { label: "errors", values: rate("errors"), color: 4 }]} />
    <${Chart} name="latency" title="Time until answers began" times=${times} format=${duration}
      series=${[{ label: "half of them", values: taken(0.5) }, { label: "99 of 100", values: taken(0.99), color: 2 }]} />`;
}
