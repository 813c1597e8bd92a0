// What is known of an entry.

import { Copy } from "./house/copy.js";
import { exactSize, size } from "./house/format.js";
import { html } from "./house/html.js";
import { address } from "./house/router.js";
import { Text } from "./house/text.js";
import { Time } from "./house/time.js";
import { strategyText } from "./strategies.js";

/**
 * @typedef {{ cache_hash: string, cache_key: string, cache_id: string, content_encoding: string | null, file_id: string, file_type: string,
 *   json_field_path: string | null, namespace: string, stored_at: number, strategy: string }} Owner
 * @typedef {{ content__hash: string, content__size: number, timestamp: number, data: Owner }} Metadata
 */

/** @param {{ metadata: Metadata, content: import("./entry_content.js").Loaded | undefined }} props */
export function About({ metadata, content }) {
  const { data: owner } = metadata;
  const copied = (/** @type {string} */ text, /** @type {string} */ name) =>
    html`<${Text} of=${text} mono />${text && html`<${Copy} text=${text} name=${name} />`}`;
  return html`<dl class="facts">
    <dt>Key</dt><dd>${copied(owner.cache_key, "key")}</dd>
    <dt>File id</dt><dd>${copied(owner.file_id, "file id")}</dd>
    <dt>Id</dt><dd>${copied(owner.cache_id, "id")}</dd>
    <dt>Hash</dt><dd>${copied(owner.cache_hash, "hash")}</dd>
    <dt>Hashed by</dt><dd>${owner.json_field_path ? html`<${Text} of=${owner.json_field_path} mono />` : "all of the content"}</dd>
    <dt>Namespace</dt><dd><a href=${address(["namespace", owner.namespace], { strategy: owner.strategy })}><bdi>${owner.namespace}</bdi></a></dd>
    <dt>Strategy</dt><dd>${strategyText(owner.strategy)}</dd>
    <dt>Type</dt><dd>${owner.file_type === "json" ? "JSON or text" : "bytes"}${owner.content_encoding && html`, packed with <${Text} of=${owner.content_encoding} />`}</dd>
    <dt>Size</dt><dd title=${exactSize(content?.size ?? metadata.content__size)}>${size(content?.size ?? metadata.content__size)}</dd>
    <dt>Stored</dt><dd><${Time} at=${owner.stored_at} /></dd>
    <dt>First content</dt><dd><span title="The first 10 digits of the MD5 of the content that was stored first"><code>${metadata.content__hash}</code></span>, <span title=${exactSize(metadata.content__size)}>${size(metadata.content__size)}</span></dd>
  </dl>`;
}
