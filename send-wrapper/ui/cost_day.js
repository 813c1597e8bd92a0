// What a day cost, entered by hand or corrected.

import { call, Failure } from "./house/api.js";
import { Confirm } from "./house/confirm.js";
import { html, useEffect, useState } from "./house/html.js";
import { useLoad } from "./house/load.js";
import { plain } from "./house/text.js";
import { absolute } from "./house/time.js";
import { say } from "./house/toast.js";
import { TextField } from "./text_field.js";
import { keyOf } from "./time_range.js";

const AMOUNT = "-?\\d+(\\.\\d+)?";

/** What is recorded of a day; `null` for nothing. @param {string} date @param {AbortSignal} signal @returns {Promise<DayCosts | null>} */
async function recorded(date, signal) {
  try {
    return date === "" ? null : await call("GET", ["costs", "records", date], { signal });
  } catch (error) {
    if (error instanceof Failure && error.status === 404) return null;
    throw error;
  }
}

/** Reads lines such as `AWS Lambda 0.41`. @param {string} text */
function parts(text) {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line) => {
    const [, name, amount] = new RegExp(`^\\s*(.+?)[\\s:=]+(${AMOUNT})\\s*$`).exec(line) ?? [];
    if (!name || !amount) throw new Failure(`This is no service with its amount: ${plain(line.slice(0, 80))}`);
    return { name, amount };
  });
}

/** @param {{ date: string, currency: string, close: () => void, done: () => void }} props */
export function CostDay({ date: given, currency: usual, close, done }) {
  const [date, setDate] = useState(given);
  const [currency, setCurrency] = useState(usual);
  const [total, setTotal] = useState("");
  const [services, setServices] = useState("");
  const known = useLoad((signal) => recorded(date, signal), [date]);
  const day = known.value;
  useEffect(() => {
    if (!day) return;
    setCurrency(day.currency);
    setTotal(day.total);
    setServices(
      Object.entries(day.by_service)
        .map(([name, { amount }]) => `${name} ${amount}\n`)
        .join(""),
    );
  }, [day]);
  const change = (/** @type {string} */ next) => {
    // Amounts of another day are not those of this one.
    setTotal("");
    setServices("");
    setDate(next);
  };
  const act = async () => {
    const rows = parts(services);
    if (new Set(rows.map(({ name }) => name)).size < rows.length) throw new Failure("A service is named twice.");
    // What was used of a service stays known, and so does what each kind of use cost.
    const by_service = Object.fromEntries(rows.map(({ name, amount }) => [name, { ...day?.by_service[name], amount }]));
    const json = { date, currency, total, by_service, by_usage_type: day?.by_usage_type };
    const { recorded: what } = await call("POST", ["costs", date], { json });
    say(
      what === "unchanged"
        ? `${date} was recorded like this before.`
        : `${date} is ${what === "created" ? "recorded" : "changed"}.`,
    );
    done();
  };
  const state =
    known.failure?.message ??
    (known.isLoading
      ? "Looking what is recorded…"
      : day
        ? `It is recorded: what you save replaces it. Collected ${absolute(day.collected_at)}.`
        : "Nothing is recorded of this day yet.");
  return html`<${Confirm} title="Costs of a day" act=${act} action="Save" kind="primary" close=${close} isReady=${day !== undefined && !known.isLoading}>
    <div class="pair"><${TextField} label="Day" value=${date} change=${change} type="date" max=${keyOf("daily", Date.now())} required />
      <${TextField} label="Currency" value=${currency} change=${setCurrency} pattern="[A-Z]{3}" title="Three capital letters" required /></div>
    <p class="small muted" role="status">${state}</p>
    ${
      !known.isLoading &&
      html`<${TextField} label="Total" value=${total} change=${setTotal} pattern=${AMOUNT} inputmode="decimal" title="A number such as 3.98" required />
    <${TextField} label="Services, each in a line with its amount (optional)" value=${services} change=${setServices} rows=${4} placeholder="AWS Lambda 0.41" />`
    }
  </${Confirm}>`;
}
