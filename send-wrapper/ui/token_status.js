// How a token stands: what can be done with it, and how much of it is used.

import { Bar } from "./house/bar.js";
import { count } from "./house/format.js";
import { html } from "./house/html.js";

/**
 * A token; a limit of 0 and a remaining of -1 are any number, a time of 0 is none. `GET /tokens/lookup/{name}` shows the rest.
 * @typedef {{ token_name: string, usage_limit: number, usage_count: number, remaining: number, status: string, created_at: number,
 *   created_by: string, expires_at: number, revoked_at: number, last_used_at: number, cache_id: string }} TokenRow
 * @typedef {TokenRow & { revision: string, metadata: Record<string, unknown> }} Token
 */

/** The states, and how they are shown. @type {Record<string, string>} */
export const statuses = { active: "ok", exhausted: "warn", revoked: "bad", expired: "" };

/** @param {{ status: string }} props */
export const StatusChip = ({ status }) => html`<span class=${`chip ${statuses[status]}`}>${status}</span>`;

/** `7 of 10`, or `120` where there is no limit. @param {TokenRow} token */
export const usesText = ({ usage_limit: limit, usage_count: used }) => `${count(used)}${limit ? ` of ${count(limit)}` : ""}`;

/** @param {TokenRow} token */
export const leftText = ({ remaining }) => (remaining < 0 ? "∞" : count(remaining));

/** @param {{ token: TokenRow }} props */
export function Uses({ token }) {
  const { usage_limit: limit, usage_count: used, remaining } = token;
  const text = usesText(token);
  return html`<span class="beside"><${Bar} part=${used} of=${limit} kind=${remaining >= 0 && remaining * 10 <= limit ? "warn" : ""} label=${text} /><span class="num muted">${text}</span></span>`;
}
