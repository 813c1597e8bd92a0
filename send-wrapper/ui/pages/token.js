// A token: all that is known of it, who used it, and what can be done with it.

import { ChangeToken, ReactivateToken, RevokeToken } from "../change_token.js";
import { agentColumn, countryColumn, idColumn, numberColumn, textColumn, timeColumn } from "../columns.js";
import { call } from "../house/api.js";
import { Bars } from "../house/bars.js";
import { Card } from "../house/card.js";
import { Chart } from "../house/chart.js";
import { Copy } from "../house/copy.js";
import { Empty } from "../house/empty.js";
import { count } from "../house/format.js";
import { html, useState } from "../house/html.js";
import { readJson } from "../house/json_source.js";
import { useLoad } from "../house/load.js";
import { Loading } from "../house/loading.js";
import { Page } from "../house/page.js";
import { Panel } from "../house/panel.js";
import { address, useOneOf } from "../house/router.js";
import { useMay } from "../house/session.js";
import { Tabs } from "../house/tabs.js";
import { Text, visible } from "../house/text.js";
import { Time } from "../house/time.js";
import { List } from "../list.js";
import { Listing, useListing } from "../listing.js";
import { CopyLink, ShareLink, useLinks } from "../share_link.js";
import { DAY } from "../time_range.js";
import { leftText, StatusChip, usesText } from "../token_status.js";

/** @typedef {import("../token_status.js").Token} Token */

const uses = [
  timeColumn("timestamp", "When"),
  textColumn("action", "Action", { isMain: true, cell: ({ action }) => action.replaceAll("_", " ") }),
  textColumn("success", "Outcome", {
    cell: ({ success, rejection_reason: reason }) =>
      html`<span class=${`chip ${success ? "ok" : "bad"}`}>${success ? "granted" : `refused: ${reason}`}</span>`,
    value: ({ success, rejection_reason: reason }) => (success ? "granted" : reason),
  }),
  idColumn("transfer_id", "Transfer", (row) => address(["transfer", row.transfer_id])),
  idColumn("ip_hash", "Visitor"),
  agentColumn,
  countryColumn,
];

const visitors = [
  { ...idColumn("ip_hash", "Visitor"), isMain: true },
  numberColumn("granted", "Granted"),
  numberColumn("refused", "Refused"),
  agentColumn,
  countryColumn,
  timeColumn("first_at", "First use"),
  timeColumn("last_at", "Last use"),
];

/** @param {{ path: string[] }} props The name. */
export default function TokenPage({ path: [name = ""] }) {
  const [tab, choose] = useOneOf("tab", ["uses", "visitors", "refused"]);
  const [asked, ask] = useState("");
  const mayWrite = useMay("write");
  // With the numbers of its metadata as they were written.
  const loaded = useLoad(
    (signal) => call("GET", ["tokens", "usage-summary", name], { signal, read: readJson, longest: 70_000 }),
    [name],
  );
  const listing = useListing("uses", ["tokens", "usage", name], {});
  const summary = loaded.value;
  /** @type {Token | undefined} */
  const token = summary?.token;
  const close = () => ask("");
  const done = () => {
    close();
    loaded.again();
  };
  const button = (/** @type {string} */ what, kind = "") =>
    html`<button type="button" class=${kind} onClick=${() => ask(what)}>${what}</button>`;
  const actions =
    token &&
    html`<${CopyLink} name=${name} label="Copy link" ask=${() => ask("share")} />
      ${mayWrite && html`${button("Change")}${token.status === "revoked" ? button("Reactivate") : button("Revoke", "danger")}`}`;
  const bars = (/** @type {string} */ title, /** @type {Record<string, number>} */ by) => {
    const rows = Object.entries(by).map(([label, value]) => ({ label: label.replaceAll("_", " "), value }));
    rows.sort((one, other) => other.value - one.value);
    return html`<${Panel} title=${title}>${rows.length === 0 && html`<p class="muted">None.</p>`}
      <${Bars} label=${title} format=${count} rows=${rows} /></${Panel}>`;
  };
  const reasons = () =>
    html`<div class="columns">${bars("Refused, by reason", summary.by_reason)}${bars("Granted, by action", summary.by_action)}</div>`;
  /** @type {Record<string, () => import("../house/html.js").View>} */
  const shown = {
    uses: () =>
      html`<${Listing} of=${listing} title="Uses" field="events" columns=${uses} id="event_id"><p>Each use appears here, granted or refused.</p></${Listing}>`,
    visitors: () => html`<${Visitors} summary=${summary} />`,
    refused: reasons,
  };
  const show = (/** @type {{ token: Token }} */ { token: value }) => html`
    <div class="cards">
      <${Card} title="Used" value=${usesText(value)} />
      <${Card} title="Left" value=${leftText(value)} note=${value.remaining && value.status !== "active" ? `not while it is ${value.status}` : ""} />
      <${Card} title="Visitors" value=${count(summary.visitors)} />
      <${Card} title="Refused" value=${count(summary.refused)} />
    </div>
    <div class="columns wide-first">
      <${UsesByDay} token=${value} summary=${summary} />
      <${About} token=${value} change=${() => ask("share")} />
    </div>
    <${Tabs} label="Uses" value=${tab} options=${[["uses", "Uses"], ["visitors", "Visitors"], ["refused", "Refused"]]} choose=${choose}>
      ${shown[tab]?.()}</${Tabs}>
    ${asked === "Change" && html`<${ChangeToken} token=${value} close=${close} done=${done} />`}
    ${asked === "Revoke" && html`<${RevokeToken} token=${value} close=${close} done=${done} />`}
    ${asked === "Reactivate" && html`<${ReactivateToken} token=${value} close=${close} done=${done} />`}
    ${asked === "share" && html`<${ShareLink} name=${name} close=${close} />`}`;
  return html`<${Page} title=${name} crumbs=${[["Tokens", address(["tokens"])]]} note=${token && html`<${StatusChip} status=${token.status} />`} actions=${actions}>
    <${Loading} of=${loaded} what="The token" lines=${10} show=${show} />
  </${Page}>`;
}

/** @param {{ token: Token, summary: any }} props */
function UsesByDay({ token, summary: { by_day: days, refused, complete, unreadable } }) {
  if (days.length === 0 && complete)
    return html`<${Panel} title="Uses by day"><${Empty} title="Nobody has used it yet"><p>How often it is used is shown here day by day.</p></${Empty}></${Panel}>`;
  const known = new Map(days.map((/** @type {any} */ one) => [Date.parse(one.day), one]));
  const last = Math.floor(Date.now() / DAY) * DAY;
  // One day more, since a line needs two points; 400 at most.
  const first = Math.max(Math.floor(Math.min(token.created_at, ...known.keys()) / DAY - 1), last / DAY - 400) * DAY;
  const times = Array.from({ length: (last - first) / DAY + 1 }, (_, at) => first + at * DAY);
  const line = (/** @type {string} */ label, color = 1) => ({
    label,
    color,
    kind: color === 1 ? "area" : "line",
    values: times.map((at) => known.get(at)?.[label] ?? 0),
  });
  return html`<div class="page"><${Chart} name=${token.token_name} title="Uses by day" times=${times} format=${(/** @type {number} */ value) => (Number.isInteger(value) ? count(value) : "")}
    isDays series=${refused > 0 ? [line("granted"), line("refused", 3)] : [line("granted")]} />
    ${!(complete && !unreadable) && html`<p class="hint">Some uses are in no chart or list: of the oldest only the number is kept${unreadable > 0 && `, and ${count(unreadable)} could not be read`}.</p>`}</div>`;
}

/** @param {{ summary: any }} props */
function Visitors({ summary: { visitors: all, by_visitor: rows } }) {
  const note = `${count(all)}${rows.length < all ? ", the 100 with most uses are shown" : ""}; somebody is another one every day`;
  return html`<${List} title="Visitors" name="visitors" note=${note} columns=${visitors} rows=${rows} id=${(/** @type {any} */ row) => row.ip_hash ?? ""} />`;
}

/** @param {{ token: Token, change: () => void }} props `change`: of the address of links. */
function About({ token, change }) {
  const link = useLinks()(token.token_name);
  const time = (/** @type {number} */ at) => html`<${Time} at=${at || null} none="never" />`;
  /** @type {[import("../house/html.js").View, import("../house/html.js").View][]} */
  const facts = [
    ...Object.entries(token.metadata).map(
      ([name, value]) =>
        /** @type {[unknown, unknown]} */ ([
          html`<bdi>${name === "note" ? "Note" : visible(name)}</bdi>`,
          html`<${Text} of=${typeof value === "string" ? value : JSON.stringify(value)} />`,
        ]),
    ),
    ["Created", html`<span>${time(token.created_at)} by <bdi>${visible(token.created_by)}</bdi></span>`],
    ["Last use", time(token.last_used_at)],
    ["Expires", time(token.expires_at)],
    ["Revoked", time(token.revoked_at)],
    [
      "Link",
      html`${link && html`<code>${link}</code><${Copy} text=${link} name="link" />`}<button type="button" class="link" onClick=${change}>${link ? "Change the address" : "Set up"}</button>`,
    ],
    ["Entry", html`<code>${token.cache_id}</code><${Copy} text=${token.cache_id} name="id" />`],
  ];
  return html`<${Panel} title="About"><dl class="facts">${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></${Panel}>`;
}
