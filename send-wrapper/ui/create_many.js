// A form that creates many tokens at once, and what became of each name as a table to copy or save.

import { textColumn } from "./columns.js";
import { creationOf, isName, letters, nameOf, RULE } from "./create_token.js";
import { call } from "./house/api.js";
import { Choice } from "./house/choice.js";
import { Confirm } from "./house/confirm.js";
import { Copy } from "./house/copy.js";
import { Dialog } from "./house/dialog.js";
import { counted } from "./house/format.js";
import { html, useMemo, useState } from "./house/html.js";
import { CsvButton, Table } from "./house/table.js";
import { useLinks } from "./share_link.js";
import { TextField } from "./text_field.js";
import { TokenFields, usual } from "./token_form.js";

/** @typedef {{ token_name: string, created: boolean, code?: string, detail?: string }} Outcome */

const MOST = 10_000;
const ways = [
  ["list", "A list of names"],
  ["count", "Prefix and numbers"],
  ["letters", "Prefix and random letters"],
];

/** @param {{ close: () => void, done: () => void }} props */
export function CreateMany({ close, done }) {
  const [way, choose] = useState("list");
  const [text, setText] = useState("");
  const [prefix, setPrefix] = useState("guest-");
  const [number, setNumber] = useState("100");
  const [typed, setTyped] = useState(usual);
  const [outcomes, setOutcomes] = useState(/** @type {Outcome[] | undefined} */ (undefined));
  const names = useMemo(() => {
    const length = Math.min(MOST + 1, Math.max(0, Number.parseInt(number, 10) || 0));
    const end = (/** @type {number} */ at) =>
      way === "letters" ? letters(8) : String(at + 1).padStart(String(length).length, "0");
    const all = way === "list" ? text.split(/[\s,;]+/) : Array.from({ length }, (_, at) => prefix + end(at));
    return [...new Set(all.map(nameOf))].filter(Boolean);
  }, [way, text, prefix, number]);
  const act = async () => {
    const answer = await call("POST", ["tokens", "create-many"], { json: { names, ...creationOf(typed) }, longest: 90_000 });
    setOutcomes(answer.results);
    done();
  };
  const correct = (/** @type {string[]} */ rest) => {
    setText(rest.join("\n"));
    choose("list");
    setOutcomes(undefined);
  };
  if (outcomes) return html`<${Created} outcomes=${outcomes} correct=${correct} close=${close} />`;
  const wrong = names.find((name) => !isName(name));
  const isWrong = names.length > MOST || wrong !== undefined;
  const hint = isWrong
    ? wrong === undefined
      ? "10,000 at most are created at once."
      : `“${wrong.slice(0, 40)}” is no name. ${RULE}`
    : `${counted(names.length, "name")}: ${names.slice(0, 2).join(", ")}${names.length > 2 ? ` … ${names.at(-1)}` : ""}`;
  return html`<${Confirm} title="Create many tokens" action=${`Create ${counted(names.length, "token")}`} kind="primary" wide act=${act} close=${close}
    isReady=${names.length > 0 && !isWrong}>
    <${Choice} label="Names" value=${way} options=${ways} choose=${choose} />
    ${
      way === "list"
        ? html`<${TextField} label="Names, one a line" value=${text} change=${setText} rows=${8} autofocus hint=${hint} isWrong=${isWrong} />`
        : html`<div class="halves"><${TextField} label="Prefix" value=${prefix} change=${setPrefix} hint=${hint} isWrong=${isWrong} />
          <${TextField} label="How many" value=${number} change=${setNumber} type="number" min="1" max=${MOST} required
            hint=${way === "count" ? "Whoever has one can guess the others." : "Nobody can guess the others."} /></div>`
    }
    <${TokenFields} typed=${typed} change=${setTyped} />
  </${Confirm}>`;
}

/** @param {{ outcomes: Outcome[], correct: (names: string[]) => void, close: () => void }} props */
function Created({ outcomes, correct, close }) {
  const link = useLinks();
  const rows = outcomes.map(({ token_name: name, created, code, detail }) => ({
    name,
    created,
    outcome: created ? "created" : (detail ?? code),
    link: created ? link(name) : "",
  }));
  const [made, refused] = [rows.filter((row) => row.created), rows.filter((row) => !row.created)];
  const columns = [
    textColumn("name", "Name", { isMain: true }),
    textColumn("outcome", "Outcome"),
    textColumn("link", "Link"),
  ].slice(0, link("a") ? 3 : 2);
  return html`<${Dialog} title="Tokens created" close=${close} wide>
    <p role="status"><b>${counted(made.length, "token")} created</b>${refused.length > 0 && html`, <b class="bad-text">${counted(refused.length, "name")} refused</b>`}.</p>
    <div class="results"><${Table} name="created" label="What became of each name" columns=${columns} rows=${[...refused, ...made]} id=${(/** @type {any} */ row) => row.name} /></div>
    <div class="actions">
      ${refused.length > 0 && html`<button type="button" onClick=${() => correct(refused.map(({ name }) => name))}>Correct the refused</button>`}
      <${Copy} text=${made.map((row) => `${row.name}\t${row.link}`.trim()).join("\n")} label="Copy the created" name="created tokens" />
      <${CsvButton} name="tokens-created" columns=${columns} rows=${rows} />
      <button type="button" class="primary" onClick=${close}>Done</button></div>
  </${Dialog}>`;
}
