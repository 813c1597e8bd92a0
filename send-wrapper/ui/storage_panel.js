// How much is stored, and the versions of what stores it.

import { call } from "./house/api.js";
import { Card } from "./house/card.js";
import { count } from "./house/format.js";
import { html } from "./house/html.js";
import { Icon } from "./house/icon.js";
import { useLoad } from "./house/load.js";
import { Loading } from "./house/loading.js";
import { Panel } from "./house/panel.js";
import { address } from "./house/router.js";
import { useMay } from "./house/session.js";
import { CsvButton, Table } from "./house/table.js";

/** @typedef {{ namespace: string, entries: number, files: number }} Namespace */
/** @typedef {{ tokens: number | null, active_tokens: number | null, token_uses: number | null, namespaces: Namespace[], missing: string[] }} Stats */

/** @type {import("./house/table.js").Column<Namespace>[]} */
const columns = [
  { id: "namespace", title: "Namespace", isMain: true, cell: (row) => row.namespace, value: (row) => row.namespace },
  { id: "entries", title: "Entries", isNumber: true, cell: (row) => count(row.entries), value: (row) => row.entries },
  { id: "files", title: "Files", isNumber: true, cell: (row) => count(row.files), value: (row) => row.files },
];

/** The panel. */
export function StoragePanel() {
  const stats = useLoad((signal) => call("GET", ["admin", "stats"], { signal }), []);
  const versions = useLoad((signal) => call("GET", ["info", "versions"], { signal }), []);
  const mayLook = useMay("admin");
  /** @type {Stats | undefined} */
  const value = stats.value;
  const known = versions.value ?? (versions.failure && {});
  const figure = (/** @type {number | null | undefined} */ number) =>
    number === undefined ? stats.failure && "—" : number === null ? "—" : count(number);
  const show = (/** @type {Stats} */ { namespaces, missing }) => html`${
    missing.length > 0 &&
    html`<p class="large">Not counted within two seconds: ${missing.join(", ")}. <button type="button" class="link" onClick=${stats.again}>Count again</button></p>`
  }<${Table} name="stored" label="Namespaces" columns=${columns} rows=${namespaces} id=${(/** @type {Namespace} */ row) => row.namespace}
      href=${mayLook ? (/** @type {Namespace} */ row) => address(["cache", row.namespace]) : undefined} />`;
  return html`<div class="cards">
      <${Card} title="Tokens" value=${figure(value?.tokens)} note=${value && value.active_tokens !== null && `${count(value.active_tokens)} can be used`} />
      <${Card} title="Uses of tokens" value=${figure(value?.token_uses)} note="granted so far" />
      <${Card} title="send-admin" value=${known && (known.send_admin ?? "—")} note="version of this service" />
      <${Card} title="Cache service" value=${known && (known.cache_service ?? "—")} note=${known && (known.cache_service ? "version" : "it does not say its version")} />
    </div>
    <${Panel} title="What is stored" flush actions=${html`<button type="button" onClick=${stats.again} disabled=${stats.isLoading}><${Icon} name="again" />Count again</button><${CsvButton} name="storage" columns=${columns} rows=${value?.namespaces ?? []} />`}>
      <${Loading} of=${stats} what="The figures" show=${show} /></${Panel}>`;
}
