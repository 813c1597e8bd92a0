// The child files of an entry.

import { request, url } from "./house/api.js";
import { Empty } from "./house/empty.js";
import { exactSize, size } from "./house/format.js";
import { html } from "./house/html.js";
import { Icon } from "./house/icon.js";
import { Loading } from "./house/loading.js";
import { More } from "./house/more.js";
import { usePages } from "./house/pages.js";
import { Panel } from "./house/panel.js";
import { CsvButton, Table } from "./house/table.js";
import { Text, visible } from "./house/text.js";

/** @typedef {{ data_file_id: string, data_key: string, data_type: string, extension: string, file_path: string, file_size: number }} Child */

/** @type {import("./house/table.js").Column<Child>[]} */
const columns = [
  {
    id: "name",
    title: "Name",
    isMain: true,
    cell: (row) => visible(`${row.data_file_id}.${row.extension}`),
    value: (row) => `${row.data_file_id}.${row.extension}`,
  },
  {
    id: "folder",
    title: "Folder",
    cell: (row) => html`<${Text} of=${row.data_key} most=${60} mono />`,
    value: (row) => row.data_key,
  },
  { id: "type", title: "Type", cell: (row) => row.data_type, value: (row) => row.data_type },
  {
    id: "size",
    title: "Size",
    isNumber: true,
    cell: (row) => html`<span title=${exactSize(row.file_size)}>${size(row.file_size)}</span>`,
    value: (row) => row.file_size,
  },
];

/** @param {{ namespace: string, id: string }} props */
export function ChildFiles({ namespace, id }) {
  const pages = usePages(
    async (cursor, signal) => {
      const answer = await request("GET", [namespace, "cache", id, "data", "list"], { signal, query: { cursor, limit: 100 } });
      return { next: answer.headers.get("x-next-cursor"), files: (await answer.json()).files };
    },
    [namespace, id],
    (page) => page.files,
  );
  /** @type {Child[]} */
  const rows = pages.items ?? [];
  const address = (/** @type {Child} */ row) => {
    const folder = row.data_key ? row.data_key.split("/") : [];
    return url([namespace, "cache", id, "data", row.data_type, ...folder, row.data_file_id]);
  };
  const actions = (/** @type {Child} */ row) =>
    html`<a class="button" href=${address(row)} download=${`${row.data_file_id}.${row.extension}`}><${Icon} name="download" />Download</a>`;
  const show = () =>
    rows.length === 0
      ? html`<${Empty} title="No child files"><p>A program may keep files with an entry: they appear here, and go with it.</p></${Empty}>`
      : html`<${Table} name="children" label="Child files" columns=${columns} rows=${rows} id=${(/** @type {Child} */ row) => row.file_path} actions=${actions}
          isSortable=${pages.next === null} foot=${html`<${More} of=${pages} />`} />`;
  return html`<${Panel} title="Child files" flush actions=${html`<${CsvButton} name="child-files" columns=${columns} rows=${rows} />`}>
    <${Loading} of=${pages.loaded} what="The child files" show=${show} /></${Panel}>`;
}
