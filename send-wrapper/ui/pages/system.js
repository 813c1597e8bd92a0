// Whether everything works, what is stored and deleted, and what administrators did.

import { AuditPanel } from "../audit_panel.js";
import { HealthPanel } from "../health_panel.js";
import { html } from "../house/html.js";
import { Page } from "../house/page.js";
import { useQuery } from "../house/router.js";
import { Tabs } from "../house/tabs.js";
import { RetentionPanel } from "../retention_panel.js";
import { StoragePanel } from "../storage_panel.js";

/** @type {Record<string, [string, () => import("../house/html.js").View]>} */
const tabs = {
  health: ["Health", HealthPanel],
  storage: ["Storage", StoragePanel],
  retention: ["Retention", RetentionPanel],
  audit: ["Audit log", AuditPanel],
};

/** The page. */
export default function System() {
  const [chosen, choose] = useQuery("tab", "health");
  const tab = Object.hasOwn(tabs, chosen) ? chosen : "health";
  const Shown = tabs[tab]?.[1];
  return html`<${Page} title="System"><${Tabs} label="Parts of the system" value=${tab} options=${Object.entries(tabs).map(([name, [text]]) => [name, text])} choose=${choose}>
    <${Shown} key=${tab} /></${Tabs}></${Page}>`;
}
