// What needs attention: what does not work, what costs too much, and tokens that end soon.

import { counted, money } from "./house/format.js";
import { html } from "./house/html.js";
import { address } from "./house/router.js";
import { visible } from "./house/text.js";
import { Time } from "./house/time.js";
import { leftText, usesText } from "./token_status.js";

/** @typedef {{ name: string, says: import("./house/html.js").View, kind: "warn" | "bad", href: string }} Item */
/** @typedef {import("./token_status.js").TokenRow} TokenRow */

/** @param {any} overview As `GET /overview` shows it. @returns {Item[]} */
export function attentionOf({ degraded, missing, tokens, costs }) {
  const bad = (/** @type {string} */ name, /** @type {string} */ says) => ({
    name,
    says: visible(says),
    kind: /** @type {const} */ ("bad"),
    href: address(["system"]),
  });
  const warn = (/** @type {string} */ name, /** @type {unknown} */ says, /** @type {string} */ href) => ({
    name,
    says,
    kind: /** @type {const} */ ("warn"),
    href,
  });
  const list = (
    /** @type {string} */ field,
    /** @type {string} */ sort,
    /** @type {string} */ what,
    /** @type {(row: TokenRow) => unknown} */ says,
  ) => {
    /** @type {TokenRow[]} */
    const rows = tokens?.[field] ?? [];
    const more = (tokens?.[`${field}_count`] ?? 0) - rows.length;
    return [
      ...rows.map((row) => warn(row.token_name, says(row), address(["token", row.token_name]))),
      ...(more > 0
        ? [warn(`${counted(more, "token")} more`, what, address(["tokens"], { status: "active", "tokens-sort": sort }))]
        : []),
    ];
  };
  return [
    ...degraded.map((/** @type {any} */ { what, instance, reason }) => bad(instance ? `${what} ${instance}` : what, reason)),
    ...missing.map((/** @type {string} */ part) => bad(part.replaceAll("_", " "), "could not be read")),
    ...(costs?.alerts ?? []).map((/** @type {any} */ { window_key: key, limit, amount, currency }) =>
      warn(`${money(Number(amount), currency)} in ${key}`, `more than ${money(Number(limit), currency)}`, address(["costs"])),
    ),
    ...list("nearly_used_up", "remaining", "nearly used up", (row) => `${usesText(row)} used, ${leftText(row)} left`),
    ...list("expiring", "expires_at", "expire within 7 days", (row) => html`expires <${Time} at=${row.expires_at} />`),
  ];
}

/** @param {{ of: Item[] }} props */
export function Attention({ of }) {
  if (of.length === 0)
    return html`<p class="muted small">Nothing. What does not work or costs too much, and tokens that end soon, appear here.</p>`;
  return html`<ul class="attention">${of.map(
    ({ name, says, kind, href }) =>
      html`<li key=${href + name}><span class=${`dot ${kind}`}></span><div><a href=${href}>${visible(name)}</a><small>${says}</small></div></li>`,
  )}</ul>`;
}
