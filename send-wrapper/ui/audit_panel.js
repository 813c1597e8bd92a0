// What administrators did, the newest first.

import { call } from "./house/api.js";
import { Copy } from "./house/copy.js";
import { Empty } from "./house/empty.js";
import { counted } from "./house/format.js";
import { html } from "./house/html.js";
import { Loading } from "./house/loading.js";
import { More } from "./house/more.js";
import { usePages } from "./house/pages.js";
import { Panel } from "./house/panel.js";
import { CsvButton, Table } from "./house/table.js";
import { Text, visible } from "./house/text.js";
import { Time } from "./house/time.js";

/** @typedef {{ at: number, key: string | null, operation: string, target: string | null, outcome: string, request_id: string | null }} Entry */
/** @typedef {{ records: Entry[], next: string | null, unreadable: number, lost: number }} Log */

/** How outcomes look: done, partly done, or the code of a refusal. @param {string} outcome */
const kindOf = (outcome) => (outcome === "done" ? "ok" : /^\d/.test(outcome) ? "warn" : "bad");

/** @type {import("./house/table.js").Column<Entry>[]} */
const columns = [
  {
    id: "operation",
    title: "What",
    isMain: true,
    cell: (row) => visible(row.operation.replaceAll("_", " ")),
    value: (row) => row.operation,
  },
  { id: "at", title: "When", cell: (row) => html`<${Time} at=${row.at} />`, value: (row) => new Date(row.at).toISOString() },
  {
    id: "key",
    title: "Key",
    cell: (row) => (row.key === null ? html`<span class="muted">no keys</span>` : visible(row.key)),
    value: (row) => row.key,
  },
  { id: "target", title: "To what", cell: (row) => html`<${Text} of=${row.target} most=${60} />`, value: (row) => row.target },
  {
    id: "outcome",
    title: "Outcome",
    cell: (row) => html`<span class=${`chip ${kindOf(row.outcome)}`}>${visible(row.outcome)}</span>`,
    value: (row) => row.outcome,
  },
  {
    id: "request",
    title: "Request",
    cell: (row) =>
      row.request_id &&
      html`<code class="muted" title=${row.request_id}>${row.request_id.slice(0, 8)}</code><${Copy} text=${row.request_id} name="request id" />`,
    value: (row) => row.request_id,
  },
];

/** The panel. */
export function AuditPanel() {
  const pages = usePages(
    (cursor, signal) => call("GET", ["audit"], { signal, query: { cursor, limit: 50 } }),
    [],
    (/** @type {Log} */ page) => page.records,
  );
  /** @type {Entry[]} */
  const rows = pages.items ?? [];
  const log = /** @type {Log | undefined} */ (pages.loaded.value);
  const odd =
    log &&
    [
      log.lost > 0 && `${counted(log.lost, "record")} could not be written`,
      log.unreadable > 0 && `${counted(log.unreadable, "record")} cannot be read`,
    ].filter(Boolean);
  const show = () =>
    rows.length === 0
      ? html`<${Empty} title="Nobody has changed anything yet"><p>Whoever creates, changes or revokes a token, enters or collects costs, or runs retention is recorded here.</p></${Empty}>`
      : html`<${Table} name="audit" label="What administrators did" columns=${columns} rows=${rows} id=${(/** @type {Entry} */ row) => `${row.at} ${row.request_id} ${row.operation} ${row.target}`}
          isSortable=${pages.next === null} foot=${html`<${More} of=${pages} />`} />`;
  return html`<${Panel} title="What administrators did" note=${odd && odd.length > 0 && html`<span class="warn-text">${odd.join("; ")}</span>`} flush actions=${html`<${CsvButton} name="audit" columns=${columns} rows=${rows} />`}>
    <${Loading} of=${pages.loaded} what="The log" lines=${8} show=${show} /></${Panel}>`;
}
