// What an administrator sets of a token: how often it can be used, until when, and a note.

import { Failure } from "./house/api.js";
import { html } from "./house/html.js";
import { zone } from "./house/settings.js";
import { useStore } from "./house/store.js";
import { TextField } from "./text_field.js";

/** @typedef {{ limit: string, expires: string, note: string }} Typed Settings as they are typed. */

/** @param {{ value: string, change: (value: string) => void, hint?: string }} props */
export const LimitField = ({ value, change, hint = "0 is any number" }) =>
  html`<${TextField} label="Number of uses" value=${value} change=${change} type="number" min="0" max="1000000000" required hint=${hint} />`;

/** What a new token has. @type {Typed} */
export const usual = { limit: "50", expires: "", note: "" };

/** @param {import("./token_status.js").Token} token @returns {Typed} */
export function typedOf({ usage_limit: limit, expires_at: at, metadata: { note } }) {
  const apart = zone.get() === "utc" ? 0 : new Date(at).getTimezoneOffset() * 60_000;
  const expires = at ? new Date(at - apart).toISOString().slice(0, 16) : "";
  return { limit: String(limit), expires, note: typeof note === "string" ? note : "" };
}

/** What was typed, as the service takes it: an `expires_at` of 0 is never. @param {Typed} typed */
export function settingsOf({ limit, expires, note }) {
  const at = expires && Date.parse(zone.get() === "utc" ? `${expires}Z` : expires);
  if (Number.isNaN(at)) throw new Failure("When it expires is no moment.");
  return { usage_limit: Number(limit), expires_at: at || 0, note: note.trim() };
}

/** @param {{ typed: Typed, change: (typed: Typed) => void }} props */
export function TokenFields({ typed, change }) {
  const isUtc = useStore(zone) === "utc";
  const set = (/** @type {keyof Typed} */ name) => (/** @type {string} */ value) => change({ ...typed, [name]: value });
  return html`<div class="halves">
      <${LimitField} value=${typed.limit} change=${set("limit")} />
      <${TextField} label="Expires" value=${typed.expires} change=${set("expires")} type="datetime-local" max="9999-12-31T23:59" hint=${`${isUtc ? "UTC" : "Local time"}; empty is never`} />
    </div>
    <${TextField} label="Note" value=${typed.note} change=${set("note")} maxlength="2000" placeholder="Who it is for" />`;
}
