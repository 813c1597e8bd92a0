// The two switches of every page: theme, and UTC or local time.

import { html } from "./html.js";
import { Icon } from "./icon.js";
import { theme, zone } from "./settings.js";
import { useStore } from "./store.js";

/** @type {Record<import("./settings.js").Theme, [import("./settings.js").Theme, string, string]>} */
const themes = {
  system: ["light", "system", "as the system"],
  light: ["dark", "sun", "light"],
  dark: ["system", "moon", "dark"],
};

/** The switches. */
export function Switches() {
  const [next, icon, is] = themes[useStore(theme)];
  const isUtc = useStore(zone) === "utc";
  const other = isUtc ? "local" : "utc";
  return html`<div class="switches">
    <button type="button" class="quiet icon-only" onClick=${() => theme.set(next)} aria-label=${`Theme: ${is}. Change`} title=${`Theme: ${is}`}><${Icon} name=${icon} /></button>
    <button type="button" class="quiet" onClick=${() => zone.set(other)} aria-label=${`Times in ${isUtc ? "UTC" : "local time"}. Change`}
      title=${`Times in ${isUtc ? "UTC" : "local time"}`}><${Icon} name="clock" />${isUtc ? "UTC" : "Local"}</button>
  </div>`;
}
