// Whether everything works, what is stored and deleted, and what administrators did.

import { Health } from "../health.js";
import {
  address,
  Card,
  Copy,
  call,
  count,
  counted,
  html,
  Icon,
  More,
  Page,
  Tabs,
  Text,
  useLoad,
  useMay,
  usePages,
  useQuery,
  visible,
} from "../kit.js";
import { chip, column, figure, known, List, main, time } from "../list.js";
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
  const [chosen, choose] = useQuery("tab", "health");
  const tab = Object.hasOwn(tabs, chosen) ? chosen : "health";
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
  /** @type {Column<Stats["namespaces"][number]>[]} */
  const columns = [
    main("namespace", "Namespace", (row) => row.namespace),
    figure("entries", "Entries", (row) => row.entries),
    figure("files", "Files", (row) => row.files),
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

/** @type {Column<AuditRecord>[]} */
const columns = [
  main(
    "operation",
    "What",
    (row) => row.operation,
    (operation) => visible(operation.replaceAll("_", " ")),
  ),
  column(
    "target",
    "To what",
    (row) => row.target,
    (target) => html`<${Text} of=${target} most=${60} />`,
  ),
  column("at", "When", (row) => row.at, time),
  column(
    "key",
    "Key",
    (row) => row.key,
    (key) => html`<${Text} of=${key} />`,
  ),
  column("outcome", "Outcome", (row) => row.outcome, chip),
  column(
    "request",
    "Request",
    (row) => row.request_id,
    (id) => id && html`<code class="muted">${id.slice(0, 8)}</code><${Copy} text=${id} name="request id" />`,
  ),
];

/** What administrators did. */
function Audit() {
  const pages = usePages(
    (cursor, signal) => call("GET", ["audit"], { signal, query: { cursor } }),
    [],
    (page) => page.records,
  );
  /** @type {AuditRecord[]} */
  const rows = pages.items ?? [];
  const { lost, unreadable } = /** @type {any} */ (pages.loaded.value) ?? {};
  const note = [
    lost > 0 && `${counted(lost, "record")} could not be written`,
    unreadable > 0 && `${counted(unreadable, "record")} cannot be read`,
  ]
    .filter(Boolean)
    .join("; ");
  return html`<${List} title="What administrators did" name="audit" of=${pages.loaded} columns=${columns} rows=${rows} id=${(/** @type {AuditRecord} */ row) => `${row.at} ${row.request_id} ${row.operation} ${row.target}`}
    note=${note && html`<span class="warn-text">${note}</span>`} isSortable=${pages.next === null} foot=${html`<${More} of=${pages} />`}
    empty=${["Nobody has changed anything yet", "Whoever changes a token, enters or collects costs, or runs retention is recorded here."]} />`;
}
