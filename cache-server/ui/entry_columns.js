// The columns of lists of entries.

import { exactSize, size } from "./house/format.js";
import { html } from "./house/html.js";
import { Icon } from "./house/icon.js";
import { Text, visible } from "./house/text.js";
import { Time } from "./house/time.js";

/**
 * @typedef {{ cache_id: string, cache_hash: string, cache_key: string, file_id: string, file_type: string, size: number,
 *   stored_at: number }} Entry An entry as `GET /{namespace}/browse/{strategy}` shows it.
 * @typedef {{ isFolder: boolean, name: string, entry?: Entry }} Row An entry, or a folder of keys.
 */

/** What a list calls a type. @param {string} type */
export const typeText = (type) => (type === "json" ? "JSON" : "bytes");

/**
 * @param {boolean} isKeyed Whether all are of one key, which the page says.
 * @returns {import("./house/table.js").Column<Row>[]}
 */
export function entryColumns(isKeyed) {
  const name = (/** @type {Row} */ { isFolder, name: text }) =>
    html`<span class="named"><${Icon} name=${isFolder ? "folder" : "file"} /><bdi>${visible(text)}${isFolder && "/"}</bdi></span>`;
  /** @type {import("./house/table.js").Column<Row>[]} */
  const columns = [
    { id: "name", title: isKeyed ? "Name" : "File id", isMain: true, cell: name, value: (row) => row.name },
    {
      id: "key",
      title: "Key",
      cell: (row) => row.entry?.cache_key && html`<${Text} of=${row.entry.cache_key} most=${60} mono />`,
      value: (row) => row.entry?.cache_key,
    },
    {
      id: "id",
      title: "Id",
      cell: (row) => row.entry && html`<code class="muted" title=${row.entry.cache_id}>${row.entry.cache_id.slice(0, 8)}</code>`,
      value: (row) => row.entry?.cache_id,
    },
    {
      id: "type",
      title: "Type",
      cell: (row) => row.entry && typeText(row.entry.file_type),
      value: (row) => row.entry?.file_type,
    },
    {
      id: "size",
      title: "Size",
      isNumber: true,
      cell: (row) => row.entry && html`<span title=${exactSize(row.entry.size)}>${size(row.entry.size)}</span>`,
      value: (row) => row.entry?.size,
    },
    {
      id: "stored",
      title: "Stored",
      cell: (row) => row.entry && html`<${Time} at=${row.entry.stored_at} />`,
      value: (row) => row.entry?.stored_at,
    },
  ];
  return isKeyed ? columns.filter(({ id }) => id !== "key") : columns;
}
