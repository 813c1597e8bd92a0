// An empty cache: what would be here, and how to store a first entry.

import { Command } from "./command.js";
import { service } from "./house/api.js";
import { Empty } from "./house/empty.js";
import { html } from "./house/html.js";
import { session } from "./house/session.js";
import { useStore } from "./house/store.js";

/** @param {{ store: (() => void) | undefined }} props `store`: opens the form; `undefined` for a key that may not write. */
export function FirstEntry({ store }) {
  const hasKey = useStore(session).state !== "open";
  const key = hasKey ? ' \\\n  -H "x-api-key: $API_KEY"' : "";
  const command = `curl -X POST '${new URL("notes/key_based/store/string/hello?file_id=world", service)}'${key} \\\n  -H 'content-type: text/plain' -d 'My first entry'`;
  return html`<${Empty} title="Nothing is stored yet">
    <p>Namespaces appear here with their first entry: how many entries they have, how large they are, and how they are stored.</p>
    ${store && html`<p><button type="button" class="primary" onClick=${store}>Store a first entry</button></p><p>or from a shell:</p>`}
    <${Command} text=${command} /></${Empty}>`;
}
