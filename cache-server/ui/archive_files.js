// The members of a zip archive.

import { call, url } from "./house/api.js";
import { Empty } from "./house/empty.js";
import { html } from "./house/html.js";
import { Icon } from "./house/icon.js";
import { useLoad } from "./house/load.js";
import { Loading } from "./house/loading.js";
import { Table } from "./house/table.js";
import { plain, visible } from "./house/text.js";

/** @param {{ namespace: string, id: string }} props */
export function ArchiveFiles({ namespace, id }) {
  const members = useLoad((signal) => call("GET", [namespace, "zip", id, "files", "list"], { signal }), [namespace, id]);
  const columns = [{ id: "name", title: "Member", isMain: true, cell: visible, value: (/** @type {string} */ name) => name }];
  const member = (/** @type {string} */ name) => url([namespace, "zip", id, "file", "retrieve", ...name.split("/")]);
  const actions = (/** @type {string} */ name) =>
    !name.endsWith("/") &&
    html`<a class="button" href=${member(name)} download=${plain(name.split("/").at(-1) ?? "")}><${Icon} name="download" /><span>Download</span></a>`;
  const show = (/** @type {{ file_list: string[] }} */ { file_list: names }) =>
    names.length === 0
      ? html`<${Empty} title="The archive is empty" />`
      : html`<${Table} name="members" label="Members of the archive" columns=${columns} rows=${names} id=${(/** @type {string} */ name) => name} actions=${actions} />`;
  return html`<${Loading} of=${members} what="The members" show=${show} />`;
}
