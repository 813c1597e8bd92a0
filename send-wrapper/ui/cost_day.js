// What a day cost, entered by hand or corrected.

import { Form, field } from "./form.js";
import { call, Dialog, Failure, html, plain, say, useEffect, useLoad, useState } from "./kit.js";
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
        ? "It is recorded: what you save replaces it."
        : "Nothing is recorded of this day yet.");
  return html`<${Dialog} title="Costs of a day" close=${close}><${Form} act=${act} action="Save" close=${close} isReady=${day !== undefined && !known.isLoading}>
    <div class="pair">${field("Day", date, setDate, { type: "date", max: keyOf("daily", Date.now()) })}${field("Currency", currency, setCurrency, { pattern: "[A-Z]{3}", title: "Three capital letters" })}</div>
    <p class="small muted" role="status">${state}</p>
    ${field("Total", total, setTotal, { pattern: AMOUNT, inputmode: "decimal", title: "A number such as 3.98" })}
    <label class="field"><span>Services, each in a line with its amount (optional)</span><textarea class="short" value=${services} placeholder="AWS Lambda 0.41" spellcheck=${false}
      onInput=${(/** @type {Typed} */ { target }) => setServices(target.value)}></textarea></label>
  </${Form}></${Dialog}>`;
}
