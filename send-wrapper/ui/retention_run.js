// A run of retention, level by level: what it deleted, or would delete.

import { count, counted } from "./house/format.js";
import { html } from "./house/html.js";
import { Table } from "./house/table.js";
import { Text } from "./house/text.js";
import { day, Time } from "./house/time.js";

/**
 * @typedef {{ level: string, before: number, deleted: number, events: number, range: [string, string] | null, sealed_first: number,
 *   held_by: string | null, skipped: number, reason: string }} Level
 * @typedef {Record<string, number | null>} Policy How many days each level is kept; null for ever.
 * @typedef {{ started_at: number, finished_at: number, dry_run: boolean, policy: Policy, levels: Level[], failed: string | null }} Run
 */

/** What the levels are called, by their names in a policy and in a run. @type {[string, string, string][]} */
export const levels = [
  ["raw", "raw", "Events"],
  ["half_hours", "30min", "Half hours"],
  ["hours", "hourly", "Hours"],
  ["days", "daily", "Days"],
  ["months", "monthly", "Months"],
  ["years", "yearly", "Years"],
  ["token_events", "token_events", "Events of tokens"],
  ["transfer_events", "transfer_events", "Events of transfers"],
];

/** How many entries a run deleted, or would. @param {Run} run */
export const deletedBy = (run) => run.levels.reduce((all, level) => all + level.deleted, 0);

/** @param {Level} level */
function notes({ sealed_first: sealed, held_by: held, skipped }) {
  return [
    sealed > 0 && `${counted(sealed, "window")} added up first`,
    held && `held by ${held}, which is not over`,
    skipped > 0 && `${counted(skipped, "token or transfer", "tokens or transfers")} stepped over: they cannot be read`,
  ].filter(Boolean);
}

/** @param {{ run: Run }} props */
export function RetentionRun({ run }) {
  const { dry_run: isDry, started_at: begun, finished_at: ended, failed } = run;
  /** @type {import("./house/table.js").Column<Level>[]} */
  const columns = [
    {
      id: "level",
      title: "What",
      isMain: true,
      cell: (row) => levels.find(([, level]) => level === row.level)?.[2] ?? row.level,
      value: (row) => row.level,
    },
    { id: "before", title: "Before", cell: (row) => day(row.before), value: (row) => row.before },
    {
      id: "deleted",
      title: isDry ? "Would go" : "Deleted",
      isNumber: true,
      cell: (row) => count(row.deleted),
      value: (row) => row.deleted,
    },
    {
      id: "events",
      title: "Events in it",
      isNumber: true,
      cell: (row) => (row.events > 0 ? count(row.events) : "—"),
      value: (row) => row.events,
    },
    {
      id: "range",
      title: "From, to",
      cell: (row) =>
        html`${row.range ? row.range.join(" – ") : "—"}${notes(row).map((note) => html`<br /><span class="small muted">${note}</span>`)}`,
    },
  ];
  return html`<p>${isDry ? "A dry run: nothing was deleted." : "A real run."} <${Time} at=${begun} whole />${
    ended === 0 && ". It goes on, or was killed."
  }</p>${failed && html`<p class="bad-text">It ended before its end, and the next run goes on from there: <${Text} of=${failed} /></p>`}
    <${Table} name="levels" label="Levels" columns=${columns} rows=${run.levels} id=${(/** @type {Level} */ row) => row.level} />`;
}
