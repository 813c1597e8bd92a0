// The question before an entry is deleted.

import { call } from "./house/api.js";
import { Confirm } from "./house/confirm.js";
import { html } from "./house/html.js";
import { Text } from "./house/text.js";
import { say } from "./house/toast.js";

/**
 * @param {{ namespace: string, entry: { cache_id: string, file_id: string, cache_key: string }, close: () => void, done: () => void }} props
 */
export function DeleteEntry({ namespace, entry, close, done }) {
  const act = async () => {
    const { status } = await call("DELETE", [namespace, "delete", entry.cache_id]);
    say(status === "success" ? "Deleted." : "It was gone already.");
    done();
  };
  return html`<${Confirm} title="Delete this entry?" action="Delete" act=${act} close=${close}>
    <p>The content, its metadata, its references and its child files are deleted. This cannot be undone.</p>
    <dl class="facts"><dt>Namespace</dt><dd><bdi>${namespace}</bdi></dd><dt>Key</dt><dd><${Text} of=${entry.cache_key} mono /></dd>
      <dt>File id</dt><dd><${Text} of=${entry.file_id} mono /></dd><dt>Id</dt><dd><code>${entry.cache_id}</code></dd></dl>
  </${Confirm}>`;
}
