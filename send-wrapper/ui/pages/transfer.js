// A transfer: what happened to it, in which hours of the day, and where.

import { agentColumn, countryColumn, countryName, numberColumn, textColumn, timeColumn } from "../columns.js";
import { call } from "../house/api.js";
import { Card } from "../house/card.js";
import { Copy } from "../house/copy.js";
import { count, size } from "../house/format.js";
import { html } from "../house/html.js";
import { useLoad } from "../house/load.js";
import { Loading } from "../house/loading.js";
import { Page } from "../house/page.js";
import { Panel } from "../house/panel.js";
import { address } from "../house/router.js";
import { Text } from "../house/text.js";
import { Time } from "../house/time.js";
import { Listing, useListing } from "../listing.js";

const columns = [
  timeColumn("timestamp", "When"),
  textColumn("event_type", "What", {
    isMain: true,
    cell: ({ event_type: kind, method, path }) =>
      html`${kind.replaceAll("_", " ")} ${path && html`<span class="muted">${method} <${Text} of=${path} most=${60} mono /></span>`}`,
  }),
  textColumn("token_id", "Token", {
    cell: ({ token_id: token }) => token && html`<a href=${address(["token", token])}>${token}</a>`,
  }),
  numberColumn("content_bytes", "Size", {
    cell: ({ content_bytes: bytes }) => bytes > 0 && html`<span title=${count(bytes)}>${size(bytes)}</span>`,
  }),
  agentColumn,
  countryColumn,
];

/** @param {{ path: string[] }} props Its id. */
export default function Transfer({ path: [id = ""] }) {
  const loaded = useLoad((signal) => call("GET", ["transfers", id, "summary"], { signal }), [id]);
  const listing = useListing("events", ["transfers", id, "events"], {});
  const time = (/** @type {number} */ at) => html`<${Time} at=${at || null} none="never" short />`;
  const hour = (/** @type {boolean} */ is, /** @type {number} */ at) =>
    html`<span class=${is ? "on" : ""} title=${`${at}:00 to ${at + 1}:00`}>${at % 6 === 0 && at}</span>`;
  const show = (
    /** @type {any} */ {
      total_views: views,
      total_downloads: downloads,
      created_at,
      last_activity_at,
      active_hours: hours,
      active_countries: countries,
    },
  ) => html`
    <div class="cards">
      <${Card} title="Views" value=${count(views)} />
      <${Card} title="Downloads" value=${count(downloads)} />
      <${Card} title="Created" value=${time(created_at)} />
      <${Card} title="Last activity" value=${time(last_activity_at)} />
    </div>
    <div class="columns">
      <${Panel} title="Hours of the day" note="UTC"><div class="hours" role="img" aria-label=${`Something happened in the hours from ${hours.join(", ") || "none"}`}>
        ${Array.from({ length: 24 }, (_, at) => hour(hours.includes(at), at))}</div></${Panel}>
      <${Panel} title="Countries" note=${count(countries.length)}><p class="tools">${countries.map((/** @type {string} */ code) => html`<span class="chip">${countryName(code)}</span>`)}</p></${Panel}>
    </div>
    <${Listing} of=${listing} title="Events" field="events" columns=${columns} id="event_id"><p>What happens to the transfer appears here.</p></${Listing}>`;
  return html`<${Page} title=${id} crumbs=${[["Transfers", address(["transfers"])]]} actions=${html`<${Copy} text=${id} label="Copy id" name="id" />`}>
    <${Loading} of=${loaded} what="The transfer" lines=${10} show=${show} /></${Page}>`;
}
