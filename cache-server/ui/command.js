// A command line to copy.

import { Copy } from "./house/copy.js";
import { html } from "./house/html.js";

/** @param {{ text: string }} props */
export function Command({ text }) {
  return html`<div class="command"><pre tabindex="0"><code>${text}</code></pre><${Copy} text=${text} name="command" /></div>`;
}
