// A namespace: what it holds, strategy by strategy; key-based entries folder by folder.

import { ClearPrefix } from "../clear_prefix.js";
import { DeleteEntry } from "../delete_entry.js";
import { entryColumns } from "../entry_columns.js";
import { call } from "../house/api.js";
import { Choice } from "../house/choice.js";
import { Empty } from "../house/empty.js";
import { Filter } from "../house/filter.js";
import { count } from "../house/format.js";
import { html, useState } from "../house/html.js";
import { Icon } from "../house/icon.js";
import { Loading } from "../house/loading.js";
import { More } from "../house/more.js";
import { Page } from "../house/page.js";
import { usePages } from "../house/pages.js";
import { Panel } from "../house/panel.js";
import { address, useQuery } from "../house/router.js";
import { useMay } from "../house/session.js";
import { CsvButton, Table } from "../house/table.js";
import { StoreEntry } from "../store_entry.js";
import { strategies, strategyText } from "../strategies.js";

/** @typedef {import("../entry_columns.js").Row} Row */

/** @param {{ path: string[] }} props The namespace, and the folder of keys. */
export default function Namespace({ path }) {
  const [namespace = "", ...folders] = path;
  const folder = folders.join("/");
  const [strategy, choose] = useQuery("strategy", "key_based");
  const [filter, setFilter] = useQuery("filter");
  const [type, chooseType] = useQuery("type", "all");
  const [asked, ask] = useState(
    /** @type {{ what: "store" | "clear" } | { what: "delete", row: Row } | undefined} */ (undefined),
  );
  const [mayWrite, mayDelete, mayClear] = [useMay("write"), useMay("delete"), useMay("admin")];
  const isKeyed = strategy === "key_based";
  // Names begin with what is typed; what is in the middle of a name is looked for among those that have come.
  const pages = usePages(
    (cursor, signal) =>
      call("GET", [namespace, "browse", strategy], {
        signal,
        query: { cursor, limit: 100, ...(isKeyed ? { folder, prefix: filter } : {}) },
      }),
    [namespace, strategy, folder, isKeyed ? filter : ""],
    (page) => [
      ...page.folders.map((/** @type {string} */ name) => ({ isFolder: true, name })),
      ...page.entries.map((/** @type {any} */ entry) => ({ isFolder: false, name: entry.file_id, entry })),
    ],
  );
  /** @type {Row[]} */
  const all = pages.items ?? [];
  const isWanted = (/** @type {Row} */ { isFolder, entry }) =>
    (type === "all" || isFolder || entry?.file_type === type) &&
    (isKeyed ||
      filter === "" ||
      [entry?.cache_key, entry?.file_id, entry?.cache_id].some((text) => text?.toLowerCase().includes(filter.toLowerCase())));
  const rows = all.filter(isWanted);
  const columns = entryColumns(isKeyed);
  const href = (/** @type {Row} */ row) =>
    row.entry
      ? address(["entry", namespace, row.entry.cache_id])
      : address(["namespace", namespace, ...folders, row.name], { strategy });
  const actions = (/** @type {Row} */ row) =>
    row.entry &&
    html`<button type="button" class="quiet" aria-label=${`Delete ${row.entry.file_id}`} title="Delete" onClick=${() => ask({ what: "delete", row })}><${Icon} name="trash" /></button>`;
  const none =
    filter || type !== "all" ? "Nothing here matches the filter" : `No ${strategyText(strategy).toLowerCase()} entries here`;
  const show = () =>
    rows.length === 0
      ? html`<${Empty} title=${none}><p>${pages.next ? "There may be some further on." : "Another strategy may hold some: choose one above."}</p></${Empty}><${More} of=${pages} />`
      : html`<${Table} name="entries" label="Entries" columns=${columns} rows=${rows} id=${(/** @type {Row} */ row) => row.entry?.cache_id ?? `${row.name}/`} href=${href}
          actions=${mayDelete ? actions : undefined} isSortable=${pages.next === null} foot=${html`<${More} of=${pages} />`} />`;
  const above = (/** @type {number} */ depth) => address(["namespace", namespace, ...folders.slice(0, depth)], { strategy });
  const crumbs = [
    ["Namespaces", address(["namespaces"])],
    ...(folders.length > 0 ? [[namespace, above(0)]] : []),
    ...folders.slice(0, -1).map((name, at) => [name, above(at + 1)]),
  ];
  const buttons = html`${mayWrite && html`<button type="button" onClick=${() => ask({ what: "store" })}><${Icon} name="edit" />Store an entry</button>`}
    ${mayClear && html`<button type="button" class="danger" onClick=${() => ask({ what: "clear" })}><${Icon} name="trash" />Delete many</button>`}`;
  const done = () => {
    ask(undefined);
    pages.again();
  };
  return html`<${Page} title=${folders.at(-1) ?? namespace} crumbs=${crumbs} actions=${buttons}>
    <div class="tools">
      <${Choice} label="Strategy" value=${strategy} options=${strategies} choose=${choose} />
      <${Filter} label=${isKeyed ? "Names that begin with" : "Filter what is shown"} value=${filter} change=${setFilter} />
      <${Choice} label="Type" value=${type} options=${[["all", "All types"], ["json", "JSON"], ["binary", "Bytes"]]} choose=${chooseType} />
    </div>
    <${Panel} title=${isKeyed ? `Keys${folder && ` in ${folders.at(-1)}`}` : "Entries"} note=${pages.items && `${count(rows.length)}${pages.next ? "+" : ""}`} flush
      actions=${html`<${CsvButton} name=${`${namespace}-${strategy}`} columns=${columns} rows=${rows} />`}>
      <${Loading} of=${pages.loaded} what="The entries" lines=${8} show=${show} /></${Panel}>
    ${asked?.what === "store" && html`<${StoreEntry} namespace=${namespace} cacheKey=${folder || "hello"} close=${() => ask(undefined)} />`}
    ${asked?.what === "clear" && html`<${ClearPrefix} namespace=${namespace} prefix=${folder && `${folder}/`} close=${() => ask(undefined)} done=${done} />`}
    ${asked?.what === "delete" && asked.row.entry && html`<${DeleteEntry} namespace=${namespace} entry=${asked.row.entry} close=${() => ask(undefined)} done=${done} />`}
  </${Page}>`;
}
