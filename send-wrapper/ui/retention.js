// Deleting what is old: what runs did, and a run that is planned by a dry one, and confirmed by typing.

import { chip, numberColumn, textColumn, timeColumn } from "./columns.js";
import { call } from "./house/api.js";
import { Confirm } from "./house/confirm.js";
import { Dialog } from "./house/dialog.js";
import { counted, duration } from "./house/format.js";
import { html, useState } from "./house/html.js";
import { Icon } from "./house/icon.js";
import { useLoad } from "./house/load.js";
import { useMay } from "./house/session.js";
import { Text } from "./house/text.js";
import { Time } from "./house/time.js";
import { say } from "./house/toast.js";
import { List } from "./list.js";
import { TextField } from "./text_field.js";
import { keyOf } from "./time_range.js";

/** Levels: how a policy and a run name them, what they are called, and how many days they are usually kept. @type {[string, string, string, number | null][]} */
const levels = [
  ["raw", "raw", "Events", 30],
  ["half_hours", "30min", "Half hours", 30],
  ["hours", "hourly", "Hours", 90],
  ["days", "daily", "Days", 365],
  ["months", "monthly", "Months", null],
  ["years", "yearly", "Years", null],
  ["token_events", "token_events", "Events of tokens", 365],
  ["transfer_events", "transfer_events", "Events of transfers", 365],
];

/** How many entries a run deleted, or would. @param {Run} run */
const deletedBy = (run) => run.levels.reduce((all, level) => all + level.deleted, 0);

/** @param {Policy} json @param {boolean} isDry @returns {Promise<Run>} It goes on when nobody waits for it. */
const retain = (json, isDry) => call("POST", ["admin", "retention"], { json, query: { dry_run: isDry }, longest: 3_600_000 });

const columns = [
  timeColumn("started_at", "When", "", { isMain: true }),
  textColumn("kind", "Kind", { value: ({ dry_run: isDry }) => (isDry ? "dry run" : "real") }),
  numberColumn("deleted", "Deleted, or would be", { value: deletedBy }),
  numberColumn("took", "Took", {
    value: ({ started_at: from, finished_at: to }) => (to ? to - from : null),
    format: duration,
  }),
  textColumn("outcome", "Outcome", {
    value: ({ failed, finished_at: at }) => (failed ? "failed" : at ? "done" : "goes on, or was killed"),
    show: chip,
  }),
];

/** The tab. */
export function Retention() {
  const runs = useLoad((signal) => call("GET", ["admin", "retention"], { signal, query: { limit: 50 } }), []);
  const [shown, show] = useState(/** @type {Run | "plan" | undefined} */ (undefined));
  const mayRun = useMay("admin");
  /** @type {Run[]} */
  const rows = runs.value?.runs ?? [];
  const close = () => show(undefined);
  const done = () => {
    close();
    runs.again();
  };
  const usual = Object.fromEntries(levels.map(([name, , , days]) => [name, days]));
  const plan =
    mayRun &&
    html`<button type="button" class="primary" onClick=${() => show("plan")} disabled=${!runs.value}><${Icon} name="clock" />Plan a run</button>`;
  return html`<${List} title="Runs of retention" name="retention" of=${runs} columns=${columns} rows=${rows} id=${(/** @type {Run} */ run) => `${run.started_at}`} buttons=${plan}
      note=${runs.value?.unreadable > 0 && `${runs.value.unreadable} more cannot be read`} actions=${(/** @type {Run} */ run) => html`<button type="button" onClick=${() => show(run)}>Show</button>`}
      empty="Nothing was deleted yet"><p>What is too old goes with a run. A dry run tells first what would go.</p></${List}>
    ${shown === "plan" && html`<${Plan} policy=${{ ...usual, ...rows[0]?.policy }} close=${close} done=${done} />`}
    ${shown && shown !== "plan" && html`<${Dialog} title="A run of retention" close=${close} wide><${Levels} run=${shown} /></${Dialog}>`}`;
}

/** What a run deleted, or would delete. @param {{ run: Run }} props */
function Levels({ run }) {
  const notes = (/** @type {RetentionLevel} */ { sealed_first: sealed, held_by: held, skipped }) =>
    [
      sealed > 0 && `${counted(sealed, "window")} added up first`,
      held && `held by ${held}, which is not over`,
      skipped > 0 && `${skipped} unreadable, stepped over`,
    ]
      .filter(Boolean)
      .join("; ");
  const parts = [
    textColumn("level", "What", {
      isMain: true,
      value: (row) => levels.find(([, level]) => level === row.level)?.[2] ?? row.level,
    }),
    textColumn("before", "Before", { value: (row) => keyOf("daily", row.before) }),
    numberColumn("deleted", run.dry_run ? "Would go" : "Deleted"),
    numberColumn("events", "Events in it"),
    textColumn("range", "From, to", { value: (row) => row.range?.join(" – ") }),
    textColumn("notes", "Notes", { value: notes }),
  ];
  return html`<p>${run.dry_run ? "A dry run: nothing was deleted." : "A real run."} <${Time} at=${run.started_at} whole /></p>
    ${run.failed && html`<p class="bad-text">It ended before its end; the next one goes on from there: <${Text} of=${run.failed} /></p>`}
    <${List} title="Levels" name="levels" columns=${parts} rows=${run.levels} id=${(/** @type {RetentionLevel} */ row) => row.level} />`;
}

/** @param {{ policy: Policy, close: () => void, done: () => void }} props `policy`: what is proposed. */
function Plan({ policy: given, close, done }) {
  const [policy, setPolicy] = useState(given);
  const [run, setRun] = useState(/** @type {Run | undefined} */ (undefined));
  if (!run) {
    const kept = (/** @type {typeof levels[number]} */ [name, , text]) =>
      html`<${TextField} label=${text} value=${policy[name] ?? ""} change=${(/** @type {string} */ days) => setPolicy({ ...policy, [name]: days === "" ? null : Number(days) })}
        type="number" min="1" max="100000" placeholder="for ever" />`;
    return html`<${Confirm} title="Plan a run of retention" act=${async () => setRun(await retain(policy, true))} action="Dry run" kind="primary" close=${close} wide>
      <p>For how many days is each kept? A dry run tells what would be deleted; nothing is until you confirm that.</p>
      <div class="cards">${levels.map(kept)}</div></${Confirm}>`;
  }
  const all = deletedBy(run);
  if (all === 0 || run.failed)
    return html`<${Dialog} title=${run.failed ? "The dry run failed" : "Nothing is that old"} close=${done} wide><${Levels} run=${run} /></${Dialog}>`;
  const act = async () => {
    const real = await retain(policy, false);
    if (real.failed) say(`Retention ended before its end: ${real.failed}`, "bad");
    else say(`Deleted ${counted(deletedBy(real), "entry", "entries")}.`);
    done();
  };
  return html`<${Confirm} title=${`Delete ${counted(all, "entry", "entries")}?`} action="Delete them" act=${act} close=${done} typed="delete" wide><${Levels} run=${run} />
    <p class="small muted">It cannot be undone. Nothing goes before it counts in something longer.</p></${Confirm}>`;
}
