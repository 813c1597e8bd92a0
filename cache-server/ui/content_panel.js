// The content of an entry, to look at, to copy, and as a file.

import { ArchiveFiles } from "./archive_files.js";
import { url } from "./house/api.js";
import { Content, MOST_SHOWN, recognize } from "./house/content.js";
import { Copy } from "./house/copy.js";
import { exactSize, size } from "./house/format.js";
import { html, useMemo, useState } from "./house/html.js";
import { Icon } from "./house/icon.js";
import { Loading } from "./house/loading.js";
import { Panel } from "./house/panel.js";

/** @typedef {import("./entry_content.js").Loaded} Loaded */

/**
 * @param {{ namespace: string, id: string, owner: import("./about_entry.js").Owner | undefined,
 *   content: import("./house/load.js").Loaded<Loaded> }} props
 */
export function ContentPanel({ namespace, id, owner, content }) {
  const [isSource, showSource] = useState(false);
  const loaded = content.value;
  const isJson = owner?.file_type === "json";
  const found = useMemo(
    () => (loaded?.isWhole && owner ? recognize(loaded.bytes, isJson) : undefined),
    [loaded, isJson, owner === undefined],
  );
  const name = `${owner?.file_id ?? id}.${isJson ? (found?.kind === "text" ? "txt" : "json") : "bin"}`;
  const text = found?.kind === "json" || found?.kind === "text" ? found.text : undefined;
  const actions = html`${found?.kind === "json" && html`<button type="button" aria-pressed=${isSource} onClick=${() => showSource(!isSource)}>Source</button>`}
    ${text !== undefined && html`<${Copy} text=${text} label="Copy" name="content" />`}
    <a class="button" href=${url([namespace, "retrieve", id, "binary"])} download=${name}><${Icon} name="download" />Download</a>`;
  const kind = { json: "JSON", image: "Image", archive: "Archive", bytes: "Bytes" };
  const title = found === undefined ? "Content" : found.kind === "text" ? found.note : kind[found.kind];
  const show = (/** @type {Loaded} */ value) => {
    if (!value.isWhole) {
      const isArchive = recognize(value.bytes, isJson).kind === "archive";
      return html`<p class="large">It has <span title=${exactSize(value.size)}>${size(value.size)}</span>. What has more than ${size(MOST_SHOWN)} is not shown here: download it.</p>${isArchive && html`<${ArchiveFiles} namespace=${namespace} id=${id} bytes=${value.bytes} />`}`;
    }
    if (value.size === 0) return html`<p class="muted">It is empty.</p>`;
    if (found?.kind === "archive") return html`<${ArchiveFiles} namespace=${namespace} id=${id} bytes=${value.bytes} />`;
    return found && html`<${Content} content=${found} bytes=${value.bytes} isSource=${isSource} />`;
  };
  return html`<${Panel} title=${title} note=${loaded && size(loaded.size)} actions=${actions}><${Loading} of=${content} what="The content" lines=${6} show=${show} /></${Panel}>`;
}
