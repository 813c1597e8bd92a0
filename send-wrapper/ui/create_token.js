// A form that creates a token, with a name that is checked while it is typed.

import { call } from "./house/api.js";
import { Confirm } from "./house/confirm.js";
import { html, useEffect, useState } from "./house/html.js";
import { Icon } from "./house/icon.js";
import { useLoad } from "./house/load.js";
import { session } from "./house/session.js";
import { say } from "./house/toast.js";
import { TextField } from "./text_field.js";
import { settingsOf, TokenFields, usual } from "./token_form.js";

export const RULE = "Letters, digits, - and _, the first one a letter or digit, 128 at most.";
const kinds = "brave calm clever gentle happy keen lucky merry noble quiet sunny swift";
const beings = "badger crane falcon fox hare heron lynx otter owl puffin robin wren";

/** One of several things, so that nobody can guess it. @template T @param {ArrayLike<T>} all @returns {T} */
const any = (all) => /** @type {T} */ (all[(crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % all.length]);

/** Letters and digits that are not mistaken for others. @param {number} length */
export const letters = (length) => Array.from({ length }, () => any("23456789abcdefghjkmnpqrstuvwxyz")).join("");

/** A name that is read out easily: `gentle-otter-42`. */
const suggestion = () => `${any(kinds.split(" "))}-${any(beings.split(" "))}-${any("123456789")}${any("0123456789")}`;

/** A name as it is stored. @param {string} text */
export const nameOf = (text) => text.trim().toLowerCase();

/** @param {string} name As it is stored. */
export const isName = (name) => /^[a-z0-9][a-z0-9_-]{0,127}$/.test(name);

/** A value as it was when it was last left alone for a moment. @param {string} value */
export function useSettled(value) {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => settle(value), 200);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

/** Whether a new token can have this name. @param {string} name @returns {[hint: string, isWrong: boolean]} */
function useCheck(name) {
  const settled = useSettled(name);
  const { value, failure, isLoading } = useLoad(
    async (signal) => {
      const missing = (/** @type {import("./house/api.js").Failure} */ error) =>
        error.status === 404 ? null : Promise.reject(error);
      return isName(settled) ? call("GET", ["tokens", "lookup", settled], { signal }).catch(missing) : null;
    },
    [settled],
  );
  if (!isName(name)) return [RULE, name !== ""];
  if (name !== settled || isLoading) return ["Checking…", false];
  if (value) return [`There is such a token: it is ${value.status}.`, true];
  return [failure ? "Whether it is free could not be checked." : "The name is free.", false];
}

/** What is sent for new tokens beside their names. @param {import("./token_form.js").Typed} typed */
export function creationOf(typed) {
  const { note, ...settings } = settingsOf(typed);
  return { ...settings, created_by: session.get().name || undefined, metadata: note ? { note } : {} };
}

/** @param {{ close: () => void, done: (name: string) => void }} props */
export function CreateToken({ close, done }) {
  const [text, setText] = useState(suggestion);
  const [typed, setTyped] = useState(usual);
  const name = nameOf(text);
  const [hint, isWrong] = useCheck(name);
  const act = async () => {
    await call("POST", ["tokens", "create"], { json: { token_name: name, ...creationOf(typed) } });
    say(`Created ${name}.`);
    done(name);
  };
  return html`<${Confirm} title="New token" action="Create" kind="primary" act=${act} close=${close} isReady=${name && !isWrong}>
    <div class="with-button"><${TextField} label="Name" value=${text} change=${setText} hint=${hint} isWrong=${isWrong} required autofocus
        onFocus=${(/** @type {any} */ { target }) => target.select()} />
      <button type="button" onClick=${() => setText(suggestion())}><${Icon} name="again" />Another name</button></div>
    <${TokenFields} typed=${typed} change=${setTyped} />
  </${Confirm}>`;
}
