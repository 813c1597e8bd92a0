// Runs of retention: what was deleted when, and planning another one.

import { call } from "./house/api.js";
import { Dialog } from "./house/dialog.js";
import { Empty } from "./house/empty.js";
import { count, duration } from "./house/format.js";
import { html, useState } from "./house/html.js";
import { Icon } from "./house/icon.js";
import { useLoad } from "./house/load.js";
import { Loading } from "./house/loading.js";
import { Panel } from "./house/panel.js";
import { useMay } from "./house/session.js";
import { CsvButton, Table } from "./house/table.js";
import { Time } from "./house/time.js";
import { deletedBy, RetentionRun } from "./retention_run.js";
import { RunRetention } from "./run_retention.js";

/** @typedef {import("./retention_run.js").Run} Run */

/** What is proposed where no run has been. */
const usual = {
  raw: 30,
  half_hours: 30,
  hours: 90,
  days: 365,
  months: null,
  years: null,
  token_events: 365,
  transfer_events: 365,
};

/** @param {Run} run @returns {["ok" | "warn" | "bad" | "", string]} */
function outcome({ failed, finished_at: ended }) {
  if (failed) return ["bad", "failed"];
  return ended === 0 ? ["warn", "goes on, or was killed"] : ["ok", "done"];
}

/** @type {import("./house/table.js").Column<Run>[]} */
const columns = [
  {
    id: "at",
    title: "When",
    isMain: true,
    cell: (row) => html`<${Time} at=${row.started_at} />`,
    value: (row) => new Date(row.started_at).toISOString(),
  },
  {
    id: "kind",
    title: "Kind",
    cell: (row) => (row.dry_run ? "dry run" : html`<b>real</b>`),
    value: (row) => (row.dry_run ? "dry run" : "real"),
  },
  { id: "deleted", title: "Deleted, or would be", isNumber: true, cell: (row) => count(deletedBy(row)), value: deletedBy },
  {
    id: "took",
    title: "Took",
    isNumber: true,
    cell: (row) => (row.finished_at === 0 ? "—" : duration(row.finished_at - row.started_at)),
    value: (row) => (row.finished_at === 0 ? null : row.finished_at - row.started_at),
  },
  {
    id: "outcome",
    title: "Outcome",
    cell: (row) => html`<span class=${`chip ${outcome(row)[0]}`}>${outcome(row)[1]}</span>`,
    value: (row) => outcome(row)[1],
  },
];

/** The panel. */
export function RetentionPanel() {
  const runs = useLoad((signal) => call("GET", ["admin", "retention"], { signal, query: { limit: 50 } }), []);
  const [shown, show] = useState(/** @type {Run | "plan" | undefined} */ (undefined));
  const mayRun = useMay("admin");
  /** @type {Run[]} */
  const rows = runs.value?.runs ?? [];
  const unreadable = runs.value?.unreadable;
  const close = () => show(undefined);
  const done = () => {
    close();
    runs.again();
  };
  const list = () =>
    rows.length === 0
      ? html`<${Empty} title="Nothing was deleted yet"><p>What is older than it is to be kept goes with a run of retention. A dry run tells first what would go.</p></${Empty}>`
      : html`<${Table} name="runs" label="Runs" columns=${columns} rows=${rows} id=${(/** @type {Run} */ row) => `${row.started_at} ${row.dry_run}`}
          actions=${(/** @type {Run} */ row) => html`<button type="button" onClick=${() => show(row)}>Show</button>`} />`;
  return html`<${Panel} title="Runs of retention" note=${unreadable > 0 && html`<span class="warn-text">${unreadable} more cannot be read</span>`} flush
      actions=${html`${mayRun && html`<button type="button" class="primary" onClick=${() => show("plan")} disabled=${!runs.value}><${Icon} name="clock" />Plan a run</button>`}<${CsvButton} name="retention" columns=${columns} rows=${rows} />`}>
      <${Loading} of=${runs} what="The runs" show=${list} /></${Panel}>
    ${shown === "plan" && html`<${RunRetention} policy=${{ ...usual, ...rows[0]?.policy }} close=${close} done=${done} />`}
    ${shown && shown !== "plan" && html`<${Dialog} title="A run of retention" close=${close} wide><${RetentionRun} run=${shown} /></${Dialog}>`}`;
}
