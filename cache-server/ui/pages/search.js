// Search: one field for an id, a hash, a key, or a value to be hashed, in every namespace.

import { call } from "../house/api.js";
import { Empty } from "../house/empty.js";
import { html, useEffect, useRef, useState } from "../house/html.js";
import { Icon } from "../house/icon.js";
import { useLoad } from "../house/load.js";
import { Loading } from "../house/loading.js";
import { Page } from "../house/page.js";
import { Panel } from "../house/panel.js";
import { address, useQuery } from "../house/router.js";
import { CsvButton, Table } from "../house/table.js";
import { visible } from "../house/text.js";

/** @typedef {{ found_by: string, namespace: string, cache_id: string, cache_hash: string }} Found */

/** How many namespaces a call looks through, and how many calls are made before one is asked for. */
const [AT_ONCE, CALLS] = [100, 10];

/** @type {Record<string, string>} */
const byText = { cache_id: "its id", cache_hash: "its hash", cache_key: "its key", value: "its content" };

/** @type {import("../house/table.js").Column<Found>[]} */
const columns = [
  { id: "id", title: "Entry", isMain: true, cell: (row) => html`<code>${row.cache_id}</code>`, value: (row) => row.cache_id },
  { id: "namespace", title: "Namespace", cell: (row) => visible(row.namespace), value: (row) => row.namespace },
  { id: "by", title: "Found by", cell: (row) => byText[row.found_by] ?? row.found_by, value: (row) => row.found_by },
  {
    id: "hash",
    title: "Hash",
    cell: (row) => html`<code class="muted">${row.cache_hash}</code>`,
    value: (row) => row.cache_hash,
  },
];

/**
 * @param {string} text
 * @param {AbortSignal} signal
 */
async function find(text, signal) {
  if (text === "") return undefined;
  let [found, hashes, cursor] = [/** @type {Found[]} */ ([]), /** @type {string[]} */ ([]), /** @type {string | null} */ (null)];
  for (let calls = 0; calls < CALLS; calls += 1) {
    const headers = { "content-type": "text/plain; charset=utf-8" };
    const page = await call("POST", ["server", "find"], { body: text, headers, query: { limit: AT_ONCE, cursor }, signal });
    found = [...found, ...page.found];
    [hashes, cursor] = [page.hashes, page.next];
    if (cursor === null) break;
  }
  return { text, found, hashes, isCut: cursor !== null };
}

/** The page. */
export default function Search() {
  const [wanted, want] = useQuery("q");
  const [text, setText] = useState(wanted);
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  const found = useLoad((signal) => find(wanted, signal), [wanted]);
  useEffect(() => field.current?.focus(), []);
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (text === wanted) found.again();
    else want(text);
  };
  const onInput = (/** @type {InputEvent & { target: HTMLInputElement }} */ event) => setText(event.target.value);
  const show = (/** @type {Awaited<ReturnType<typeof find>>} */ value) => {
    if (!value)
      return html`<${Empty} title="What are you looking for?"><p>Paste an id or a hash, type a whole key such as <code>reports/2026/may</code>, or a value: it is hashed, and entries that were stored with the same content are found. All namespaces are looked through.</p></${Empty}>`;
    if (value.found.length === 0)
      return html`<${Empty} title="Nothing was found"><p>No namespace has an entry of this id, hash, key or content${value.isCut && ` among the first ${AT_ONCE * CALLS}`}.</p>${value.hashes.map(
        (hash) => html`<p key=${hash}>Content with this text would have the hash <code>${hash}</code>.</p>`,
      )}</${Empty}>`;
    return html`<${Table} name="found" label="What was found" columns=${columns} rows=${value.found} id=${(/** @type {Found} */ row) => `${row.namespace}/${row.cache_id}`}
      href=${(/** @type {Found} */ row) => address(["entry", row.namespace, row.cache_id])} />`;
  };
  return html`<${Page} title="Search">
    <form class="search" role="search" onSubmit=${submit}>
      <label class="filter"><${Icon} name="search" /><input ref=${field} type="text" data-filter aria-label="An id, a hash, a key, or a value" placeholder="An id, a hash, a key, or a value"
        value=${text} onInput=${onInput} autocapitalize="off" autocomplete="off" spellcheck=${false} /><kbd aria-hidden="true">/</kbd></label>
      <button type="submit" class="primary">Search</button>
    </form>
    <${Panel} title="Found" flush note=${found.value && `${found.value.found.length}`} actions=${html`<${CsvButton} name="found" columns=${columns} rows=${found.value?.found ?? []} />`}>
      <${Loading} of=${wanted === "" ? { ...found, failure: undefined, value: found.value ?? null } : found} what="The search" show=${show} /></${Panel}>
  </${Page}>`;
}
