// What a day cost, entered by hand or corrected.

import { call, Failure } from "./house/api.js";
import { Dialog } from "./house/dialog.js";
import { money } from "./house/format.js";
import { html, useEffect, useState } from "./house/html.js";
import { Icon } from "./house/icon.js";
import { asFailure, useLoad } from "./house/load.js";
import { Problem } from "./house/problem.js";
import { say } from "./house/toast.js";
import { keyOf } from "./time_range.js";

/**
 * @typedef {{ amount: string }} Cost
 * @typedef {{ currency: string, total: string, by_service: Record<string, Cost>, by_usage_type: Record<string, Cost> }} Day
 * @typedef {{ name: string, amount: string }} Row
 * @typedef {InputEvent & { target: HTMLInputElement }} Typed
 */

const NUMBER = "-?\\d+(\\.\\d+)?";

/** What is recorded of a day; `null` for nothing. @param {string} date @param {AbortSignal} signal @returns {Promise<Day | null>} */
async function recorded(date, signal) {
  if (date === "") return null;
  try {
    return await call("GET", ["costs", "records", date], { signal });
  } catch (error) {
    if (error instanceof Failure && error.status === 404) return null;
    throw error;
  }
}

/** @param {{ date: string, currency: string, services: string[], close: () => void, done: () => void }} props `services`: names to choose from. */
export function CostDay({ date: given, currency: usual, services, close, done }) {
  const [date, setDate] = useState(given);
  const [currency, setCurrency] = useState(usual);
  const [total, setTotal] = useState("");
  const [rows, setRows] = useState(/** @type {Row[]} */ ([]));
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState(/** @type {Failure | undefined} */ (undefined));
  const known = useLoad((signal) => recorded(date, signal), [date]);
  const day = known.value;
  useEffect(() => {
    if (!day) return;
    setCurrency(day.currency);
    setTotal(day.total);
    setRows(Object.entries(day.by_service).map(([name, { amount }]) => ({ name, amount })));
  }, [day]);
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (isBusy || known.value === undefined) return;
    setBusy(true);
    setFailure(undefined);
    try {
      if (new Set(rows.map(({ name }) => name)).size < rows.length) throw new Failure("A service is named twice.");
      // What was used of a service stays known, and so does what each kind of use cost.
      const parts = rows.map(({ name, amount }) => [name, { ...day?.by_service[name], amount }]);
      const json = { date, currency, total, by_service: Object.fromEntries(parts), by_usage_type: day?.by_usage_type ?? {} };
      const { recorded: what } = await call("POST", ["costs", date], { json });
      say(
        what === "unchanged"
          ? `${date} was recorded like this before.`
          : what === "created"
            ? `Recorded ${date}.`
            : `Changed ${date}.`,
      );
      done();
    } catch (error) {
      setFailure(asFailure(error));
      setBusy(false);
    }
  };
  const typed = (/** @type {(text: string) => void} */ set) => (/** @type {Typed} */ event) => set(event.target.value.trim());
  const change = (/** @type {number} */ at, /** @type {Partial<Row>} */ part) =>
    setRows(rows.map((row, number) => (number === at ? { ...row, ...part } : row)));
  const line = (/** @type {Row} */ { name, amount }, /** @type {number} */ at) => html`<div class="pair" key=${at}>
    <input aria-label=${`Service ${at + 1}`} value=${name} onChange=${typed((text) => change(at, { name: text }))} required maxlength="256" list="services" spellcheck=${false} />
    <input aria-label=${`Amount of service ${at + 1}`} class="num" value=${amount} onInput=${typed((text) => change(at, { amount: text }))} required pattern=${NUMBER} inputmode="decimal" title="A number such as 1.25" />
    <button type="button" class="quiet icon-only" aria-label=${`Remove service ${at + 1}`} title="Remove" onClick=${() => setRows(rows.filter((_, number) => number !== at))}><${Icon} name="close" /></button></div>`;
  const sum = rows.reduce((all, { amount }) => all + Number(amount), 0);
  const isOther = rows.length > 0 && Math.abs(sum - Number(total)) >= 0.005;
  const state = known.isLoading
    ? "Looking what is recorded…"
    : day
      ? "This day is recorded: what you save replaces it."
      : "Nothing is recorded of this day yet.";
  return html`<${Dialog} title="Costs of a day" close=${close}><form onSubmit=${submit}>
    <div class="pair">
      <label class="field"><span>Day</span><input type="date" value=${date} onInput=${typed(setDate)} required max=${keyOf("daily", Date.now())} /></label>
      <label class="field"><span>Currency</span><input value=${currency} onInput=${typed((text) => setCurrency(text.toUpperCase()))} required pattern="[A-Z]{3}" title="Three capital letters, such as USD" /></label>
    </div>
    ${known.failure ? html`<${Problem} failure=${known.failure} again=${known.again} />` : html`<p class="small muted" role="status">${state}</p>`}
    <label class="field"><span>Total</span><input class="num" value=${total} onInput=${typed(setTotal)} required pattern=${NUMBER} inputmode="decimal" title="A number such as 3.98" /></label>
    <div class="page"><b>By service (optional)</b>${rows.map(line)}
      <datalist id="services">${services.map((name) => html`<option key=${name} value=${name}></option>`)}</datalist>
      <div class="tools"><button type="button" onClick=${() => setRows([...rows, { name: "", amount: "" }])}>Add a service</button>
        ${isOther && Number.isFinite(sum) && html`<span class="small muted">The services come to ${money(sum)}.</span>`}</div></div>
    ${failure && html`<${Problem} failure=${failure} what="Saving failed" />`}
    <div class="actions"><button type="button" onClick=${close}>Cancel</button>
      <button type="submit" class="primary" disabled=${isBusy || known.value === undefined}>${isBusy ? "Saving…" : "Save"}</button></div>
  </form></${Dialog}>`;
}
