// The server: whether it is well, what it is, and how it is configured.

import { call, request } from "../house/api.js";
import { Card } from "../house/card.js";
import { count, duration, exactSize, percent, size } from "../house/format.js";
import { html } from "../house/html.js";
import { useLive, useLoad } from "../house/load.js";
import { Loading } from "../house/loading.js";
import { Page } from "../house/page.js";
import { Panel } from "../house/panel.js";
import { useQuery } from "../house/router.js";
import { useMay } from "../house/session.js";
import { zone } from "../house/settings.js";
import { useStore } from "../house/store.js";
import { CsvButton, Table } from "../house/table.js";
import { Tabs } from "../house/tabs.js";
import { Text } from "../house/text.js";
import { absolute } from "../house/time.js";
import { Traffic } from "../traffic.js";

/**
 * @typedef {{ name: string, value: string }} Setting
 * @typedef {{ enabled: boolean, capacity_bytes: number, bytes: number, references: number, hits: number, misses: number }} ReadCache
 * @typedef {{ version: string, instance_id: string, started_at: number, now: number, storage_mode: string, read_cache: ReadCache,
 *   settings: Setting[] }} Config
 */

const EVERY = 10_000;

/** @type {[string, string][]} */
const tabs = [
  ["state", "State"],
  ["requests", "Requests"],
];

/** @type {Record<string, string>} */
const engines = {
  memory: "in memory, gone with the process",
  local_disk: "one file an object",
  embedded: "a database in one folder",
  s3: "a bucket, shared by servers",
};

/** @type {import("../house/table.js").Column<Setting>[]} */
const columns = [
  { id: "name", title: "Setting", isMain: true, cell: ({ name }) => html`<code>--${name}</code>`, value: ({ name }) => name },
  {
    id: "value",
    title: "Value",
    cell: ({ name, value }) => html`<${Text} of=${shown(name, value)} most=${80} mono />`,
    value: ({ value }) => value,
  },
];

/** Sizes are as many digits as nobody counts. @param {string} name @param {string} value */
function shown(name, value) {
  const bytes = Number(value);
  return /(body-limit|in-flight-limit|-bytes)$/.test(name) && bytes > 0 ? `${value} (${size(bytes)})` : value;
}

/** Whether the server can serve, and how long it took to say so. @param {AbortSignal} signal */
async function ready(signal) {
  const begun = performance.now();
  await request("GET", ["health", "ready"], { signal, quiet: true });
  return { took: performance.now() - begun };
}

/** The page. Requests are shown to administrators, whose key may read the metrics. */
export default function Server() {
  const isAdmin = useMay("admin");
  const [tab, choose] = useQuery("tab", "state");
  const shown = isAdmin && tab === "requests" ? "requests" : "state";
  if (!isAdmin) return html`<${Page} title="Server"><${State} isAdmin=${false} /></${Page}>`;
  return html`<${Page} title="Server">
    <${Tabs} label="Parts of the page" value=${shown} options=${tabs} choose=${choose}>${
      shown === "requests" ? html`<${Traffic} />` : html`<${State} isAdmin />`
    }</${Tabs}>
  </${Page}>`;
}

/** Whether it is well, what it is, and how it is configured. @param {{ isAdmin: boolean }} props */
function State({ isAdmin }) {
  useStore(zone);
  const health = useLive(ready, [], EVERY);
  const config = useLoad(
    (signal) => (isAdmin ? call("GET", ["server", "config"], { signal }) : call("GET", ["info", "versions"], { signal })),
    [isAdmin],
  );
  /** @type {Config | undefined} */
  const value = isAdmin ? config.value : undefined;
  const version = value?.version ?? config.value?.cache_server;
  const [state, kind] = health.failure ? ["failing", "bad"] : health.value ? ["ready", "ok"] : [undefined, ""];
  const note = health.failure
    ? health.failure.message
    : health.value && `storage read and flushed, ${duration(health.value.took)}`;
  const read = value?.read_cache;
  const settings = (/** @type {Config} */ { settings: rows }) =>
    html`<${Table} name="settings" label="Settings" columns=${columns} rows=${rows} id=${(/** @type {Setting} */ row) => row.name} />`;
  return html`<div class="cards" aria-live="polite">
      <${Card} title="Health" value=${state} note=${note} kind=${kind} />
      <${Card} title="Version" value=${version} note=${value && html`<span title=${value.instance_id}>process ${value.instance_id.slice(0, 8)}</span>`} />
      ${isAdmin && html`<${Card} title="Running for" value=${value && duration(value.now - value.started_at)} note=${value && `since ${absolute(value.started_at)}`} />`}
      ${isAdmin && html`<${Card} title="Engine" value=${value?.storage_mode.replace("_", " ")} note=${value && engines[value.storage_mode]} />`}
      ${
        read?.enabled &&
        html`<${Card} title="Read cache" value=${percent(read.hits, read.hits + read.misses)} exact=${`${count(read.hits)} hits, ${count(read.misses)} misses`}
          note=${html`<span title=${exactSize(read.bytes)}>${count(read.references)} references, ${size(read.bytes)} of ${size(read.capacity_bytes)}</span>`} />`
      }
    </div>
    ${
      isAdmin
        ? html`<${Panel} title="Configuration" note="without secrets" flush actions=${html`<${CsvButton} name="settings" columns=${columns} rows=${value?.settings ?? []} />`}>
            <${Loading} of=${config} what="The configuration" lines=${10} show=${settings} /></${Panel}>`
        : html`<p class="muted">The configuration is shown to keys with the scope <code>admin</code>.</p>`
    }
    <p class="small muted">All operations are described at <a href="../docs/">the API's documentation</a>.</p>`;
}
