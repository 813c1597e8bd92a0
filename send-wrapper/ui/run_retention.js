// Deleting what is old: what would go is shown by a dry run first, and the real one is confirmed by typing.

import { call } from "./house/api.js";
import { Confirm } from "./house/confirm.js";
import { Dialog } from "./house/dialog.js";
import { counted } from "./house/format.js";
import { html, useState } from "./house/html.js";
import { asFailure } from "./house/load.js";
import { Problem } from "./house/problem.js";
import { say } from "./house/toast.js";
import { deletedBy, levels, RetentionRun } from "./retention_run.js";

/** @typedef {import("./retention_run.js").Run} Run */
/** @typedef {import("./retention_run.js").Policy} Policy */

/** A run may take so long; it goes on when nobody waits. */
const LONGEST = 3_600_000;

/** @param {Policy} json @param {boolean} isDry @returns {Promise<Run>} */
const retain = (json, isDry) => call("POST", ["admin", "retention"], { json, query: { dry_run: isDry }, longest: LONGEST });

/** @param {{ policy: Policy, close: () => void, done: () => void }} props `policy`: what is proposed. */
export function RunRetention({ policy: given, close, done }) {
  const [policy, setPolicy] = useState(given);
  const [run, setRun] = useState(/** @type {Run | undefined} */ (undefined));
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState(/** @type {import("./house/api.js").Failure | undefined} */ (undefined));
  const plan = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setBusy(true);
    setFailure(undefined);
    try {
      setRun(await retain(policy, true));
    } catch (error) {
      setFailure(asFailure(error));
    }
    setBusy(false);
  };
  if (run) {
    const all = deletedBy(run);
    const act = async () => {
      const real = await retain(policy, false);
      say(
        real.failed
          ? `Retention ended before its end: ${real.failed}`
          : `Deleted ${counted(deletedBy(real), "entry", "entries")}.`,
        real.failed ? "bad" : "ok",
      );
      done();
    };
    if (all === 0 || run.failed)
      return html`<${Dialog} title=${run.failed ? "The dry run failed" : "Nothing is that old"} close=${done} wide><${RetentionRun} run=${run} />
        <div class="actions"><button type="button" onClick=${() => setRun(undefined)}>Back</button><button type="button" class="primary" onClick=${done}>Close</button></div></${Dialog}>`;
    return html`<${Confirm} title=${`Delete ${counted(all, "entry", "entries")}?`} action="Delete them" act=${act} close=${done} typed="delete" wide><${RetentionRun} run=${run} />
      <p class="small muted">It cannot be undone. Nothing goes before it counts in something longer, and what has become too old meanwhile goes as well.</p></${Confirm}>`;
  }
  const field = (/** @type {[string, string, string]} */ [name, , text]) => {
    const onInput = (/** @type {InputEvent & { target: HTMLInputElement }} */ { target }) =>
      setPolicy({ ...policy, [name]: target.value === "" ? null : Number(target.value) });
    return html`<label class="field" key=${name}><span>${text}</span><input type="number" min="1" max="100000" value=${policy[name] ?? ""} onInput=${onInput} placeholder="for ever" /></label>`;
  };
  return html`<${Dialog} title="Plan a run of retention" close=${close} wide><form onSubmit=${plan}>
    <p>For how many days is each kept? An empty field is for ever. A dry run tells what would be deleted; nothing is until you confirm that.</p>
    <div class="cards">${levels.map(field)}</div>
    ${failure && html`<${Problem} failure=${failure} what="The dry run failed" />`}
    <div class="actions"><button type="button" onClick=${close}>Cancel</button><button type="submit" class="primary" disabled=${isBusy}>${isBusy ? "Looking…" : "Dry run"}</button></div>
  </form></${Dialog}>`;
}
