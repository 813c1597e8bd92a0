// The members of a zip archive.

import { call, url } from "./house/api.js";
import { Empty } from "./house/empty.js";
import { html, useMemo, useState } from "./house/html.js";
import { Icon } from "./house/icon.js";
import { useLoad } from "./house/load.js";
import { Loading } from "./house/loading.js";
import { Table } from "./house/table.js";
import { plain, visible } from "./house/text.js";
import { zipNames } from "./zip_names.js";

/** @param {{ namespace: string, id: string, bytes: Uint8Array }} props `bytes`: the archive, or its beginning if it is large. */
export function ArchiveFiles({ namespace, id, bytes }) {
  const names = useMemo(() => zipNames(bytes), [bytes]);
  const [isAsked, ask] = useState(false);
  if (names) return html`<${Members} namespace=${namespace} id=${id} names=${[...names].sort()} />`;
  if (isAsked) return html`<${AskedMembers} namespace=${namespace} id=${id} />`;
  return html`<p><button type="button" onClick=${() => ask(true)}><${Icon} name="table" />List the members</button></p>`;
}

/** The members as the server reads them. @param {{ namespace: string, id: string }} props */
function AskedMembers({ namespace, id }) {
  const members = useLoad((signal) => call("GET", [namespace, "zip", id, "files", "list"], { signal }), [namespace, id]);
  const show = (/** @type {{ file_list: string[] }} */ { file_list: names }) =>
    html`<${Members} namespace=${namespace} id=${id} names=${names} />`;
  return html`<${Loading} of=${members} what="The members" show=${show} />`;
}

/** @param {{ namespace: string, id: string, names: string[] }} props */
function Members({ namespace, id, names }) {
  const columns = [{ id: "name", title: "Member", isMain: true, cell: visible, value: (/** @type {string} */ name) => name }];
  const member = (/** @type {string} */ name) => url([namespace, "zip", id, "file", "retrieve", ...name.split("/")]);
  const actions = (/** @type {string} */ name) =>
    !name.endsWith("/") &&
    html`<a class="button" href=${member(name)} download=${plain(name.split("/").at(-1) ?? "")}><${Icon} name="download" /><span>Download</span></a>`;
  if (names.length === 0) return html`<${Empty} title="The archive is empty" />`;
  return html`<${Table} name="members" label="Members of the archive" columns=${columns} rows=${names} id=${(/** @type {string} */ name) => name} actions=${actions} />`;
}
