// Invitation tokens: all of them, filtered, sorted and paged by the service.

import { textColumn, timeColumn } from "../columns.js";
import { CreateMany } from "../create_many.js";
import { CreateToken, useSettled } from "../create_token.js";
import { Choice } from "../house/choice.js";
import { Filter } from "../house/filter.js";
import { count, counted } from "../house/format.js";
import { html, useState } from "../house/html.js";
import { Page } from "../house/page.js";
import { address, useQuery } from "../house/router.js";
import { useMay } from "../house/session.js";
import { visible } from "../house/text.js";
import { Time } from "../house/time.js";
import { Listing, useListing } from "../listing.js";
import { CopyLink, ShareLink } from "../share_link.js";
import { leftText, StatusChip, statuses, Uses } from "../token_status.js";

const NEWEST = "-created_at";
/** As many rows as are drawn well before a frame is missed. */
const PAGE = 50;

/** @param {string} id @param {string} title @param {string} [none] @param {boolean} [isMinor] */
const day = (id, title, none, isMinor) =>
  timeColumn(id, title, none, { isMinor, cell: (row) => html`<${Time} at=${row[id] || null} none=${none} short />` });

/** Named as the server names what it sorts by. */
const columns = [
  textColumn("token_name", "Name", {
    isMain: true,
    cell: ({ token_name: name, note }) => html`${name}${note && html`<small class="row-note">${visible(note)}</small>`}`,
  }),
  textColumn("status", "Status", { cell: ({ status }) => html`<${StatusChip} status=${status} />` }),
  textColumn("usage_count", "Uses", { cell: (row) => html`<${Uses} token=${row} />` }),
  textColumn("remaining", "Left", { isNumber: true, cell: leftText }),
  textColumn("created_by", "By", { isMinor: true }),
  day("created_at", "Created", "", true),
  day("last_used_at", "Last use", "never"),
  day("expires_at", "Expires"),
];

/** The page. */
export default function Tokens() {
  const [filter, setFilter] = useQuery("filter");
  const [status, choose] = useQuery("status");
  const [sort] = useQuery("tokens-sort", NEWEST);
  const [asked, ask] = useState("");
  const mayWrite = useMay("write");
  const q = useSettled(filter);
  const listing = useListing("tokens", ["tokens", "page"], { q, status, sort, limit: PAGE });
  const { value, again } = listing;
  const close = () => ask("");
  const actions =
    mayWrite &&
    html`<button type="button" onClick=${() => ask("many")}>Create many</button>
    <button type="button" class="primary" onClick=${() => ask("one")}>New token</button>`;
  const options = ["", ...Object.keys(statuses)].map((name) => {
    const number = value && (name ? (value.by_status[name] ?? 0) : value.total);
    return [name, `${name ? name[0]?.toUpperCase() + name.slice(1) : "All"}${value ? ` ${count(number)}` : ""}`];
  });
  const created = (/** @type {string} */ name) => {
    again();
    ask(`share ${name}`);
  };
  const [what, shared] = asked.split(" ");
  return html`<${Page} title="Tokens" note=${value && html`<span class="chip">${counted(value.total, "token")}, ${count(value.active)} active</span>`} actions=${actions}>
    <div class="tools"><${Filter} label="Filter by name, note or creator" value=${filter} change=${setFilter} />
      <${Choice} label="Status" value=${status} options=${options} choose=${choose} /></div>
    ${value && !value.complete && html`<p class="hint">Only the first 200,000 tokens are listed.</p>`}
    <${Listing} of=${listing} title="Tokens" field="tokens" columns=${columns} id="token_name" sort=${NEWEST} all=${value?.matching}
      href=${(/** @type {any} */ row) => address(["token", row.token_name])}
      actions=${(/** @type {any} */ { token_name: name }) => html`<${CopyLink} name=${name} ask=${() => ask(`share ${name}`)} />`}>
      <p>${value?.total ? "None matches the filter." : "A token invites people: its name is told or sent to them, and can be used a number of times."}</p>
      ${value?.total === 0 && actions && html`<div class="actions">${actions}</div>`}</${Listing}>
    ${what === "one" && html`<${CreateToken} close=${close} done=${created} />`}
    ${what === "many" && html`<${CreateMany} close=${close} done=${again} />`}
    ${what === "share" && html`<${ShareLink} name=${shared} close=${close} />`}
  </${Page}>`;
}
