// Asking AWS now for the days that are missing, or again for those that are there.

import { call } from "./house/api.js";
import { Confirm } from "./house/confirm.js";
import { counted } from "./house/format.js";
import { html, useState } from "./house/html.js";
import { say } from "./house/toast.js";
import { DAY, keyOf } from "./time_range.js";

/** A run may take so long; it goes on when nobody waits. */
const LONGEST = 3_600_000;

/** @param {{ close: () => void, done: () => void }} props */
export function CollectCosts({ close, done }) {
  const [from, setFrom] = useState("");
  const act = async () => {
    const run = await call("POST", ["costs", "collect"], { query: { from }, longest: LONGEST });
    const days = `${counted(run.created, "day")} new, ${run.changed} changed`;
    say(
      run.requests === 0
        ? "Nothing was missing: AWS was not asked."
        : `Collected ${run.from} to ${run.to}: ${days}; ${counted(run.requests, "request")}.`,
    );
    done();
  };
  const onInput = (/** @type {InputEvent & { target: HTMLInputElement }} */ { target }) => setFrom(target.value);
  return html`<${Confirm} title="Collect costs now" action="Ask AWS" act=${act} close=${close}>
    <p>AWS is asked for the days that are missing, and for the last ones, which it may have changed. It charges $0.01 for each request: usually one, and none when nothing is missing.</p>
    <label class="field"><span>Ask again for all days from (optional)</span><input type="date" value=${from} onInput=${onInput} max=${keyOf("daily", Date.now() - DAY)} /></label>
  </${Confirm}>`;
}
