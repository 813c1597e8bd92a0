// Whether everything works, what is stored and deleted, and what administrators did.

import { chip, known, numberColumn, textColumn, timeColumn } from "../columns.js";
import { Health } from "../health.js";
import { call } from "../house/api.js";
import { Card } from "../house/card.js";
import { Copy } from "../house/copy.js";
import { count, counted } from "../house/format.js";
import { html } from "../house/html.js";
import { Icon } from "../house/icon.js";
import { useLoad } from "../house/load.js";
import { Page } from "../house/page.js";
import { address, useOneOf } from "../house/router.js";
import { useMay } from "../house/session.js";
import { Tabs } from "../house/tabs.js";
import { Text, visible } from "../house/text.js";
import { List } from "../list.js";
import { Listing, useListing } from "../listing.js";
import { Retention } from "../retention.js";

/** @type {Record<string, [string, () => View]>} */
const tabs = {
  health: ["Health", Health],
  storage: ["Storage", Storage],
  retention: ["Retention", Retention],
  audit: ["Audit log", Audit],
};

/** The page. */
export default function System() {
  const [tab, choose] = useOneOf("tab", Object.keys(tabs));
  return html`<${Page} title="System"><${Tabs} label="Parts of the system" value=${tab} options=${Object.entries(tabs).map(([name, [text]]) => [name, text])} choose=${choose}>
    <${tabs[tab]?.[1]} key=${tab} /></${Tabs}></${Page}>`;
}

/** How much is stored, and the versions of what stores it. */
function Storage() {
  const stats = useLoad((signal) => call("GET", ["admin", "stats"], { signal }), []);
  const versions = useLoad((signal) => call("GET", ["info", "versions"], { signal }), []);
  const mayLook = useMay("admin");
  /** @type {Stats | undefined} */
  const value = stats.value;
  const rows = value?.namespaces ?? [];
  const columns = [
    textColumn("namespace", "Namespace", { isMain: true }),
    numberColumn("entries", "Entries"),
    numberColumn("files", "Files"),
  ];
  const of = (/** @type {"tokens" | "token_uses"} */ field) => (value || stats.failure) && known(value?.[field], count);
  const version = (/** @type {string} */ name) => (versions.value || versions.failure) && (versions.value?.[name] ?? "—");
  const missing = value && value.missing.length > 0 && `without ${value.missing.join(", ")}: not counted within two seconds`;
  return html`<div class="cards">
      <${Card} title="Tokens" value=${of("tokens")} note=${known(value?.active_tokens, (active) => `${count(active)} can be used`)} />
      <${Card} title="Uses of tokens" value=${of("token_uses")} note="granted so far" />
      <${Card} title="send-admin" value=${version("send_admin")} note="version of this service" />
      <${Card} title="Cache service" value=${version("cache_service")} note="its version, if it tells" />
    </div>
    <${List} title="What is stored" name="storage" of=${stats} columns=${columns} rows=${rows} id=${(/** @type {typeof rows[number]} */ row) => row.namespace}
      href=${mayLook ? (/** @type {typeof rows[number]} */ row) => address(["cache", row.namespace]) : undefined}
      note=${missing && html`<span class="warn-text">${missing}</span>`} buttons=${html`<button type="button" onClick=${stats.again} disabled=${stats.isLoading}><${Icon} name="again" />Count again</button>`} />`;
}

const columns = [
  textColumn("operation", "What", { isMain: true, show: (operation) => visible(operation.replaceAll("_", " ")) }),
  textColumn("target", "To what", { show: (target) => html`<${Text} of=${target} most=${60} />` }),
  timeColumn("at", "When"),
  textColumn("key", "Key"),
  textColumn("outcome", "Outcome", { show: chip }),
  textColumn("request_id", "Request", {
    show: (id) => id && html`<code class="muted">${id.slice(0, 8)}</code><${Copy} text=${id} name="request id" />`,
  }),
];

/** What administrators did. */
function Audit() {
  const listing = useListing("audit", ["audit"], {});
  const lost = listing.value?.lost;
  return html`<${Listing} of=${listing} title="What administrators did" field="records" columns=${columns} id=${(/** @type {AuditRecord} */ row) => `${row.at} ${row.request_id} ${row.operation} ${row.target}`}
    note=${lost > 0 && `${counted(lost, "record")} could not be written`} empty="Nobody has changed anything yet"><p>Whoever changes a token, enters or collects costs, or runs retention is recorded here.</p></${Listing}>`;
}
