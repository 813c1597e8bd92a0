// Which range of time Analytics shows: a few that are usual, and any other by its days.

import { Choice } from "./house/choice.js";
import { html } from "./house/html.js";
import { address, go, route } from "./house/router.js";
import { DAY, keyOf, ranges } from "./time_range.js";

/** The address of this page with another query. @param {Record<string, string>} changed */
export function withQuery(changed) {
  const { path, query } = route.get();
  return address(path, { ...Object.fromEntries(query), ...changed });
}

/** Shows a range. @param {string} range @param {string} [from] @param {string} [to] */
export function showRange(range, from = "", to = "") {
  const query = new URLSearchParams(route.get().query);
  for (const [name, value] of [
    ["range", range],
    ["from", from],
    ["to", to],
  ]) {
    if (name && value) query.set(name, value);
    else if (name) query.delete(name);
  }
  go(address(route.get().path, query));
}

/** @param {{ range: string, from: string, to: string }} props */
export function RangePicker({ range, from, to }) {
  const choose = (/** @type {string} */ next) =>
    next === "any" ? showRange("any", keyOf("daily", Date.now() - 13 * DAY), keyOf("daily", Date.now())) : showRange(next);
  const field = (/** @type {string} */ label, /** @type {string} */ value, /** @type {(next: string) => void} */ change) => {
    const onChange = (/** @type {InputEvent & { target: HTMLInputElement }} */ { target }) =>
      target.value && change(target.value);
    return html`<label class="tools"><span class="small muted">${label}</span><input type="date" min="2000-01-01" max=${keyOf("daily", Date.now())} value=${value.slice(0, 10)} onChange=${onChange} /></label>`;
  };
  const isPart = from.length > 10 || to.length > 10;
  return html`<div class="tools"><${Choice} label="Range" value=${range} options=${ranges} choose=${choose} />
    ${range === "any" && html`${field("from", from, (next) => showRange("any", next, to.slice(0, 10)))}${field("to", to, (next) => showRange("any", from.slice(0, 10), next))}`}
    ${range === "any" && isPart && html`<span class="small muted">${from.replace("T", " ")} to ${to.replace("T", " ")} UTC</span>`}</div>`;
}
