// The cache, to look at: namespaces, folders, files, and entries with all that is known of them.

import { textColumn } from "../columns.js";
import { call } from "../house/api.js";
import { Content, MOST_SHOWN, recognize } from "../house/content.js";
import { Copy } from "../house/copy.js";
import { save } from "../house/csv.js";
import { Empty } from "../house/empty.js";
import { exactSize, size } from "../house/format.js";
import { html, useState } from "../house/html.js";
import { Icon } from "../house/icon.js";
import { readJson } from "../house/json_source.js";
import { JsonTree } from "../house/json_tree.js";
import { useLoad } from "../house/load.js";
import { Loading } from "../house/loading.js";
import { More } from "../house/more.js";
import { Page } from "../house/page.js";
import { usePages } from "../house/pages.js";
import { Panel } from "../house/panel.js";
import { address, useOneOf } from "../house/router.js";
import { Text, visible } from "../house/text.js";
import { List } from "../list.js";

/** @param {{ path: string[] }} props The namespace, and the folders below it; or a file, or an entry, as the query says. */
export default function Cache({ path }) {
  const [as] = useOneOf("as", ["", "file", "entry"]);
  const above = path.slice(0, -1).map((name, at) => [name, address(["cache", ...path.slice(0, at + 1)])]);
  const crumbs = path.length > 0 ? [["Cache", address(["cache"])], ...above] : [];
  const Shown = path.length === 0 || !as ? Folder : as === "file" ? File : Entry;
  return html`<${Page} title=${path.at(-1) ?? "Cache"} crumbs=${crumbs} note="to look at, not to change"><${Shown} key=${as} path=${path} /></${Page}>`;
}

/** The folders in a folder, and the files below it. @param {{ path: string[] }} props */
function Folder({ path }) {
  const isTop = path.length === 0;
  const own = isTop ? "" : `${path.join("/")}/`;
  const stored = (/** @type {string[]} */ paths) => paths.map((one) => ({ path: one }));
  const folders = usePages(
    (cursor, signal) =>
      call("GET", isTop ? ["cache", "namespaces"] : ["cache", "folders", ...path], { signal, query: { cursor } }),
    path,
    (page) => stored(page.paths ?? page.namespaces),
  );
  const name = (/** @type {string} */ icon) => (/** @type {string} */ at) =>
    html`<${Icon} name=${icon} /> <bdi>${visible(at.slice(own.length))}</bdi>`;
  const all = (/** @type {import("../house/pages.js").Pages<Stored>} */ pages) => ({
    of: pages.loaded,
    rows: pages.items ?? [],
    id: (/** @type {Stored} */ row) => row.path,
    isSortable: pages.next === null,
    foot: html`<${More} of=${pages} />`,
  });
  return html`<${List} title=${isTop ? "Namespaces" : "Folders"} name="folders" ...${all(folders)} columns=${[textColumn("path", isTop ? "Namespace" : "Folder", { isMain: true, show: name("folder") })]}
      href=${(/** @type {Stored} */ row) => address(["cache", ...row.path.split("/")])} empty=${isTop ? "The cache is empty" : "No folders here"}><p>${isTop ? "Namespaces appear with their first entry." : "What is here lies in files."}</p></${List}>
    ${!isTop && html`<${Files} path=${path} all=${all} cell=${name("file")} />`}`;
}

/** @param {{ path: string[], all: (pages: import("../house/pages.js").Pages<Stored>) => object, cell: (path: string) => View }} props */
function Files({ path, all, cell }) {
  const pages = usePages(
    (cursor, signal) => call("GET", ["cache", "files", ...path], { signal, query: { cursor, limit: 100 } }),
    path,
    (page) => page.files,
  );
  const entry = (/** @type {string | null} */ id) =>
    id && html`<a href=${entryAt(path[0] ?? "", id)}><code>${id.slice(0, 8)}</code></a>`;
  return html`<${List} title="Files here and below" name="files" ...${all(pages)} columns=${[textColumn("path", "File", { isMain: true, show: cell }), textColumn("cache_id", "Entry", { show: entry })]}
    href=${(/** @type {Stored} */ row) => address(["cache", ...row.path.split("/")], { as: "file" })} empty="No files"><p>Neither here nor further down.</p></${List}>`;
}

/** @param {string} namespace @param {string} id */
const entryAt = (namespace, id) => address(["cache", namespace, id], { as: "entry" });

/** The first bytes of a file. @param {{ path: string[] }} props */
function File({ path }) {
  const [isSource, showSource] = useState(false);
  const file = useLoad((signal) => call("GET", ["cache", "file", ...path], { signal, query: { limit: MOST_SHOWN } }), path);
  const { value } = file;
  const bytes =
    value &&
    (value.encoding === "base64"
      ? Uint8Array.from(atob(value.content), (one) => one.charCodeAt(0))
      : new TextEncoder().encode(value.content));
  const content = bytes && !value.truncated && recognize(bytes, /\.(json|metadata|config)$/.test(path.at(-1) ?? ""));
  const buttons =
    bytes &&
    html`${content?.kind === "json" && html`<button type="button" aria-pressed=${isSource} onClick=${() => showSource(!isSource)}>Source</button>`}
    ${value.encoding === "utf-8" && !value.truncated && html`<${Copy} text=${value.content} label="Copy" name="content" />`}
    <button type="button" onClick=${() => save(`${path.at(-1)}${value.truncated ? ".part" : ""}`, bytes, "application/octet-stream")}><${Icon} name="download" />Download${value.truncated && ` the first ${size(value.bytes)}`}</button>`;
  const note =
    value && html`<span title=${exactSize(value.bytes)}>${value.truncated && "only the first "}${size(value.bytes)}</span>`;
  const show =
    () => html`${value.cache_id && html`<p class="small">It belongs to the entry <a href=${entryAt(path[0] ?? "", value.cache_id)}><code>${value.cache_id}</code></a>.</p>`}
    ${value.bytes === 0 ? html`<${Empty} title="The file is empty" />` : value.truncated ? html`<${Empty} title="Too long to be shown"><p>Only its beginning can be downloaded here.</p></${Empty}>` : html`<${Content} content=${content} bytes=${bytes} isSource=${isSource} />`}`;
  return html`<${Panel} title="Content" note=${note} actions=${buttons}><${Loading} of=${file} what="The file" show=${show} /></${Panel}>`;
}

/** An entry: metadata, content, and the files that belong to it. @param {{ path: string[] }} props */
function Entry({ path: [namespace = "", id = ""] }) {
  // Numbers as they are stored.
  const entry = useLoad((signal) => call("GET", ["cache", "entry", namespace, id], { signal, read: readJson }), [namespace, id]);
  const show = (
    /** @type {any} */ { metadata, content, too_long: isCut, data_files: files },
  ) => html`<div class="columns wide-first">
      <${Panel} title="Content">${content === null ? html`<p class="muted">${isCut ? "Too long to be shown: look at its file." : "Bytes, or nothing: look at its files."}</p>` : typeof content === "string" ? html`<${Text} of=${content} most=${20_000} mono />` : html`<${JsonTree} value=${content} />`}</${Panel}>
      <${Panel} title="Metadata"><${JsonTree} value=${metadata} /></${Panel}></div>
    <${List} title="Its data files" name="data" columns=${[textColumn("path", "File", { isMain: true, value: String })]} rows=${files} id=${String} href=${(/** @type {string} */ file) => address(["cache", ...file.split("/")], { as: "file" })} empty="No data files"><p>A program may keep files with an entry: they appear here.</p></${List}>`;
  return html`<${Loading} of=${entry} what="The entry" lines=${8} show=${show} />`;
}
