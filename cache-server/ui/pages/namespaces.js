// The namespaces of the cache, and what they hold.

import { FirstEntry } from "../first_entry.js";
import { call } from "../house/api.js";
import { Filter } from "../house/filter.js";
import { count, exactSize, size } from "../house/format.js";
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
import { visible } from "../house/text.js";
import { Time } from "../house/time.js";
import { Shares } from "../shares.js";
import { StoreEntry } from "../store_entry.js";
import { strategies } from "../strategies.js";

/**
 * @typedef {{ files: number, bytes: number, is_cut: boolean }} Held
 * @typedef {{ namespace: string, entries: number, entries_are_cut: boolean, files: number, bytes: number, files_are_cut: boolean,
 *   newest_at: number | null, by_strategy: Record<string, Held> }} Figures
 */

/** @param {number} value @param {boolean} isCut */
const atLeast = (value, isCut) => html`<span title=${isCut ? "more were not counted" : ""}>${count(value)}${isCut && "+"}</span>`;

/** @type {import("../house/table.js").Column<Figures>[]} */
const columns = [
  { id: "namespace", title: "Namespace", isMain: true, cell: (row) => visible(row.namespace), value: (row) => row.namespace },
  {
    id: "entries",
    title: "Entries",
    isNumber: true,
    cell: (row) => atLeast(row.entries, row.entries_are_cut),
    value: (row) => row.entries,
  },
  {
    id: "files",
    title: "Files",
    isNumber: true,
    cell: (row) => atLeast(row.files, row.files_are_cut),
    value: (row) => row.files,
  },
  {
    id: "bytes",
    title: "Size",
    isNumber: true,
    cell: (row) => html`<span title=${exactSize(row.bytes)}>${size(row.bytes)}${row.files_are_cut && "+"}</span>`,
    value: (row) => row.bytes,
  },
  { id: "by", title: "By strategy", cell: (row) => html`<${Shares} held=${row.by_strategy} />` },
  {
    id: "newest",
    title: "Newest entry",
    cell: (row) => html`<${Time} at=${row.newest_at} none="not looked for" />`,
    value: (row) => row.newest_at,
  },
];

/** The strategy that holds most of a namespace. @param {Figures} row */
function largest({ by_strategy: by }) {
  const [first] = strategies.map(([name]) => name).sort((one, other) => (by[other]?.files ?? 0) - (by[one]?.files ?? 0));
  return first ?? "key_based";
}

/** @param {Figures} row */
const addressOf = (row) => address(["namespace", row.namespace], { strategy: largest(row) });

/** The page. */
export default function Namespaces() {
  const pages = usePages(
    (cursor, signal) => call("GET", ["server", "namespaces"], { signal, query: { cursor } }),
    [],
    (page) => page.namespaces,
  );
  const [filter, setFilter] = useQuery("filter");
  const [isStoring, store] = useState(false);
  const mayWrite = useMay("write");
  /** @type {Figures[]} */
  const all = pages.items ?? [];
  const rows = all.filter((row) => row.namespace.toLowerCase().includes(filter.toLowerCase()));
  const show = () =>
    all.length === 0
      ? html`<${FirstEntry} store=${mayWrite ? () => store(true) : undefined} />`
      : html`<${Table} name="namespaces" label="Namespaces" columns=${columns} rows=${rows} id=${(/** @type {Figures} */ row) => row.namespace}
          href=${addressOf} isSortable=${pages.next === null} foot=${html`<${More} of=${pages} />`} />`;
  const note = pages.items && `${count(all.length)}${pages.next === null ? "" : "+"}`;
  const actions =
    mayWrite && html`<button type="button" onClick=${() => store(true)}><${Icon} name="edit" />Store an entry</button>`;
  return html`<${Page} title="Namespaces" note=${note} actions=${actions}>
    ${all.length > 0 && html`<div class="tools"><${Filter} label="Filter by name" value=${filter} change=${setFilter} /></div>`}
    <${Panel} title="What they hold" flush actions=${html`<${CsvButton} name="namespaces" columns=${columns} rows=${rows} />`}>
      <${Loading} of=${pages.loaded} what="The namespaces" show=${show} /></${Panel}>
    ${isStoring && html`<${StoreEntry} close=${() => store(false)} />`}
  </${Page}>`;
}
