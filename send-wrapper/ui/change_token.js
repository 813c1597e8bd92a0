// Changing a token: its settings, with the revision that was seen, so that nobody's change is overwritten; taking it back, and giving it back.

import { call } from "./house/api.js";
import { Confirm } from "./house/confirm.js";
import { count } from "./house/format.js";
import { html, useState } from "./house/html.js";
import { readJson } from "./house/json_source.js";
import { visible } from "./house/text.js";
import { absolute } from "./house/time.js";
import { say } from "./house/toast.js";
import { LimitField, settingsOf, TokenFields, typedOf } from "./token_form.js";

/**
 * @typedef {import("./token_status.js").Token} Token
 * @typedef {{ token: Token, close: () => void, done: () => void }} Props
 */

/** What can be changed, as it is read. @param {Token} token */
const told = ({ usage_limit: limit, expires_at: at, metadata: { note = "none", ...rest }, status }) => ({
  "Number of uses": limit ? count(limit) : "any number",
  Expires: at ? absolute(at) : "never",
  Note: String(note),
  "Other metadata": JSON.stringify(rest),
  Status: status,
});

/** @param {Props} props */
export function ChangeToken({ token, close, done }) {
  const [seen, setSeen] = useState(token);
  const [theirs, setTheirs] = useState(/** @type {Token | undefined} */ (undefined));
  const [typed, setTyped] = useState(() => typedOf(token));
  const name = token.token_name;
  const act = async () => {
    const [base, before] = [theirs ?? seen, typedOf(seen)];
    const { note, usage_limit, expires_at } = settingsOf(typed);
    // What was not changed here stays as it is by now.
    const json = {
      revision: base.revision,
      ...(typed.limit !== before.limit && { usage_limit }),
      ...(typed.expires !== before.expires && { expires_at }),
      ...(typed.note !== before.note && { note }),
    };
    try {
      await call("POST", ["tokens", "update", name], { json });
    } catch (/** @type {any} */ error) {
      if (error.code !== "STALE_REVISION") throw error;
      setTheirs(await call("GET", ["tokens", "lookup", name], { read: readJson }));
      return;
    }
    say(`Changed ${name}.`);
    done();
  };
  const takeTheirs = () => {
    if (!theirs) return;
    setSeen(theirs);
    setTyped(typedOf(theirs));
    setTheirs(undefined);
  };
  const was = Object.values(told(seen));
  const changes =
    theirs &&
    Object.entries(told(theirs)).map(
      ([what, now], at) =>
        now !== was[at] && html`<li key=${what}>${what}: <del>${visible(was[at] ?? "")}</del> → <b>${visible(now)}</b></li>`,
    );
  return html`<${Confirm} title="Change the token" action=${theirs ? "Save mine all the same" : "Save"} kind="primary" act=${act} close=${close}>
    <${TokenFields} typed=${typed} change=${setTyped} />
    ${
      theirs &&
      html`<div class="problem" role="alert"><div><p><b>Somebody has changed the token meanwhile.</b> Nothing was overwritten. What has changed:</p><ul class="attention">${changes}</ul></div>
      <button type="button" onClick=${takeTheirs}>Take theirs</button></div>`
    }
  </${Confirm}>`;
}

/** @param {Props} props */
export function RevokeToken({ token: { token_name: name }, close, done }) {
  const act = async () => {
    await call("POST", ["tokens", "revoke", name]);
    say(`Revoked ${name}.`);
    done();
  };
  return html`<${Confirm} title="Revoke the token" action="Revoke" act=${act} close=${close}>
    <p>Nobody can use <b>${name}</b> from now on. What it was used for stays, and it can be reactivated.</p></${Confirm}>`;
}

/** @param {Props} props */
export function ReactivateToken({ token: { token_name: name, usage_limit: before, usage_count: used, remaining }, close, done }) {
  const [limit, setLimit] = useState(String(remaining === 0 ? used + 10 : before));
  const act = async () => {
    // Somebody may have changed the limit meanwhile: what is left as it was is not sent.
    const json = limit === String(before) ? {} : { usage_limit: Number(limit) };
    await call("POST", ["tokens", "reactivate", name], { json });
    say(`Reactivated ${name}.`);
    done();
  };
  return html`<${Confirm} title="Reactivate the token" action="Reactivate" kind="primary" act=${act} close=${close}>
    <p><b>${name}</b> was used ${count(used)} times.</p>
    <${LimitField} value=${limit} change=${setLimit} hint="In all; 0 is any number" /></${Confirm}>`;
}
