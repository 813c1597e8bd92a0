// An entry: its content, and all that is known of it.

import { About } from "../about_entry.js";
import { ChildFiles } from "../child_files.js";
import { ContentPanel } from "../content_panel.js";
import { DeleteEntry } from "../delete_entry.js";
import { loadContent } from "../entry_content.js";
import { EntryFiles } from "../entry_files.js";
import { call } from "../house/api.js";
import { Empty } from "../house/empty.js";
import { html, useRef, useState } from "../house/html.js";
import { Icon } from "../house/icon.js";
import { useLoad } from "../house/load.js";
import { Loading } from "../house/loading.js";
import { Page } from "../house/page.js";
import { Panel } from "../house/panel.js";
import { address, go, useOneOf } from "../house/router.js";
import { useMay } from "../house/session.js";
import { Tabs } from "../house/tabs.js";
import { SameHash } from "../same_hash.js";
import { UpdateEntry } from "../update_entry.js";

/** @type {[string, string][]} */
const tabs = [
  ["content", "Content"],
  ["files", "Files"],
  ["hash", "Same hash"],
  ["children", "Child files"],
];

/** @param {{ path: string[] }} props The namespace and the id. */
export default function Entry({ path }) {
  const [namespace = "", id = ""] = path;
  const [tab, choose] = useOneOf(
    "tab",
    tabs.map(([name]) => name),
  );
  const [asked, ask] = useState("");
  const [mayWrite, mayDelete] = [useMay("write"), useMay("delete")];
  const metadata = useLoad((signal) => call("GET", [namespace, "retrieve", id, "metadata"], { signal }), [namespace, id]);
  const isWanted = useRef(false);
  isWanted.current ||= tab === "content";
  const content = useLoad(
    async (signal) => (isWanted.current ? loadContent(namespace, id, signal) : undefined),
    [namespace, id, isWanted.current],
  );
  /** @type {import("../about_entry.js").Metadata | undefined} */
  const known = metadata.value;
  const owner = known?.data;
  const folders = owner?.strategy === "key_based" && owner.cache_key ? owner.cache_key.split("/") : [];
  const list = (/** @type {string[]} */ below) =>
    address(["namespace", namespace, ...below], { strategy: owner?.strategy ?? "key_based" });
  const crumbs = [
    ["Namespaces", address(["namespaces"])],
    [namespace, list([])],
    ...folders.map((name, at) => [name, list(folders.slice(0, at + 1))]),
  ];
  const title = owner?.file_id ?? id;
  if (metadata.failure?.status === 404) {
    return html`<${Page} title=${id} crumbs=${crumbs}><${Panel} title="Not there"><${Empty} title="There is no such entry">
      <p>It may have been deleted, or lie in another namespace.</p><p><a href=${address(["search"], { q: id })}>Search for its id in all namespaces</a></p></${Empty}></${Panel}></${Page}>`;
  }
  const again = () => {
    metadata.again();
    content.again();
  };
  const buttons =
    owner &&
    html`${mayWrite && html`<button type="button" onClick=${() => ask("update")}><${Icon} name="edit" />Update</button>`}
    ${mayDelete && html`<button type="button" class="danger" onClick=${() => ask("delete")}><${Icon} name="trash" />Delete</button>`}`;
  const shown = {
    files: () => html`<${EntryFiles} namespace=${namespace} id=${id} />`,
    hash: () => owner && html`<${SameHash} namespace=${namespace} hash=${owner.cache_hash} id=${id} />`,
    children: () => html`<${ChildFiles} namespace=${namespace} id=${id} />`,
  }[tab];
  return html`<${Page} title=${title} crumbs=${crumbs} actions=${buttons}>
    <div class="columns wide-first">
      <div class="page"><${Tabs} label="Parts of the entry" value=${tab} options=${tabs} choose=${choose}>${
        shown ? shown() : html`<${ContentPanel} namespace=${namespace} id=${id} owner=${owner} content=${content} />`
      }</${Tabs}></div>
      <${Panel} title="About"><${Loading} of=${metadata} what="The metadata" lines=${8} show=${(/** @type {any} */ value) => html`<${About} metadata=${value} content=${content.value} />`} /></${Panel}>
    </div>
    ${asked === "delete" && owner && html`<${DeleteEntry} namespace=${namespace} entry=${owner} close=${() => ask("")} done=${() => go(list(folders))} />`}
    ${asked === "update" && owner && html`<${UpdateEntry} namespace=${namespace} id=${id} type=${owner.file_type} size=${content.value?.size ?? known?.content__size} close=${() => ask("")} done=${again} />`}
  </${Page}>`;
}
