// The namespaces of the cache.

import { call } from "../house/api.js";
import { Empty } from "../house/empty.js";
import { html } from "../house/html.js";
import { useLoad } from "../house/load.js";
import { Loading } from "../house/loading.js";
import { Page } from "../house/page.js";
import { Panel } from "../house/panel.js";
import { address } from "../house/router.js";
import { Table } from "../house/table.js";
import { visible } from "../house/text.js";

/** The page. */
export default function Namespaces() {
  const names = useLoad((signal) => call("GET", ["namespaces", "list"], { signal, query: { limit: 100 } }), []);
  const columns = [{ id: "name", title: "Name", isMain: true, cell: visible, value: (/** @type {string} */ name) => name }];
  const show = (/** @type {string[]} */ rows) =>
    rows.length === 0
      ? html`<${Empty} title="Nothing is stored yet" />`
      : html`<${Table} name="namespaces" label="Namespaces" columns=${columns} rows=${rows} id=${(/** @type {string} */ name) => name}
          href=${(/** @type {string} */ name) => address(["namespaces", name])} />`;
  return html`<${Page} title="Namespaces"><${Panel} title="All namespaces" flush><${Loading} of=${names} show=${show} /></${Panel}></${Page}>`;
}
