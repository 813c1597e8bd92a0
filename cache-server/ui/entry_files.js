// Where an entry lies: its copies, versions, sidecars and references.

import { call } from "./house/api.js";
import { counted } from "./house/format.js";
import { html } from "./house/html.js";
import { useLoad } from "./house/load.js";
import { Loading } from "./house/loading.js";
import { Panel } from "./house/panel.js";
import { CsvButton, Table } from "./house/table.js";
import { Text } from "./house/text.js";

/**
 * @typedef {{ path: string, what: string, copy: string }} File
 * @typedef {{ all_paths: { data: string[], by_hash: string[], by_id: string[] }, file_paths: { content_files: string[] } }} Refs
 */

/** What a stored path is a copy of. @param {string} path */
function copyOf(path) {
  const version = /\/versions\/v(\d+)\//.exec(path);
  if (version) return `version ${version[1]}`;
  const minute = /\/(\d{4})\/(\d\d)\/(\d\d)\/(\d\d)(?:\/(\d\d))?\//.exec(path);
  if (minute) return `${minute[1]}-${minute[2]}-${minute[3]} ${minute[4]}:${minute[5] ?? "00"}`;
  return /\/latest\//.test(path) ? "latest" : "";
}

/** @param {Refs} refs @returns {File[]} */
function files({ all_paths: all, file_paths: own }) {
  const of = (/** @type {string[]} */ paths, /** @type {(path: string) => string} */ what) =>
    paths.map((path) => ({ path, what: what(path), copy: copyOf(path) }));
  const data = (/** @type {string} */ path) =>
    own.content_files.includes(path) ? "content" : path.endsWith(".metadata") ? "metadata" : "layout";
  return [...of(all.data, data), ...of(all.by_id, () => "reference by id"), ...of(all.by_hash, () => "reference by hash")];
}

/** @type {import("./house/table.js").Column<File>[]} */
const columns = [
  {
    id: "path",
    title: "Path",
    isMain: true,
    cell: ({ path }) => html`<${Text} of=${path} most=${160} mono />`,
    value: ({ path }) => path,
  },
  { id: "what", title: "What it is", cell: ({ what }) => what, value: ({ what }) => what },
  { id: "copy", title: "Copy", cell: ({ copy }) => copy || html`<span class="muted">—</span>`, value: ({ copy }) => copy },
];

/** @param {{ namespace: string, id: string }} props */
export function EntryFiles({ namespace, id }) {
  const refs = useLoad((signal) => call("GET", [namespace, "retrieve", id, "refs"], { signal }), [namespace, id]);
  const rows = refs.value ? files(refs.value) : [];
  const versions = rows.filter(({ what, copy }) => what === "content" && copy !== "");
  const note = versions.length > 0 && `content as ${versions.map(({ copy }) => copy).join(", ")}`;
  const show = () =>
    html`<${Table} name="files" label="Stored files" columns=${columns} rows=${rows} id=${(/** @type {File} */ file) => file.path} />`;
  return html`<${Panel} title=${refs.value ? counted(rows.length, "stored file") : "Stored files"} note=${note} flush
    actions=${html`<${CsvButton} name="files" columns=${columns} rows=${rows} />`}><${Loading} of=${refs} what="The references" show=${show} /></${Panel}>`;
}
