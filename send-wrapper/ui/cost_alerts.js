// What costs more than it may, and what it may.

import { money } from "./house/format.js";
import { html } from "./house/html.js";
import { Panel } from "./house/panel.js";

/** @type {Record<string, string>} */
const kinds = { daily: "Day", weekly: "Week", monthly: "Month, projected" };

/** @param {{ costs: import("./costs_windows.js").InShort }} props */
export function CostAlerts({ costs }) {
  const { alerts, limits, month } = costs;
  const currency = month.currency ?? "USD";
  const line = (
    /** @type {import("./costs_windows.js").Alert} */ { window_type: kind, window_key: key, amount, limit, currency: of },
  ) => html`<div key=${kind + key} class="tools">
      <span class="dot bad"></span><span><b>${kinds[kind] ?? kind}</b> <span class="muted small">${key}</span><br />
      <span class="bad-text num">${money(Number(amount), of)}</span> <span class="muted num">of ${money(Number(limit), of)}</span></span></div>`;
  const may = (/** @type {string} */ amount) => money(Number(amount), currency);
  return html`<${Panel} title="Alerts" note=${alerts.length > 0 && String(alerts.length)}><div class="page">
    ${alerts.length === 0 ? html`<div class="tools"><span class="dot ok"></span><span>Nothing costs more than it may.</span></div>` : alerts.map(line)}
    <p class="small muted">Without an alert a day may cost ${may(limits.day)}, a week ${may(limits.week)} and a month, as it is projected, ${may(limits.month)}. The service is configured with these limits.</p>
  </div></${Panel}>`;
}
