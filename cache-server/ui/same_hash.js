// The entries of a namespace that share a hash: each is a version of the same thing.

import { request } from "./house/api.js";
import { counted } from "./house/format.js";
import { html } from "./house/html.js";
import { useLoad } from "./house/load.js";
import { Loading } from "./house/loading.js";
import { Panel } from "./house/panel.js";
import { address } from "./house/router.js";
import { CsvButton, Table } from "./house/table.js";
import { Time } from "./house/time.js";
import { bytesUpTo } from "./limited.js";

/** How much of a reference is read: some 8,000 entries. */
const MOST = 1024 * 1024;

/** @typedef {{ cache_id: string, timestamp: number }} Version */

/** @param {{ namespace: string, hash: string, id: string }} props */
export function SameHash({ namespace, hash, id }) {
  const reference = useLoad(
    async (signal) => {
      const answer = await request("GET", [namespace, "retrieve", "hash", hash, "refs-hash"], { signal });
      const { bytes, isCut } = await bytesUpTo(answer, MOST);
      return { isCut, versions: /** @type {Version[]} */ (isCut ? [] : JSON.parse(new TextDecoder().decode(bytes)).cache_ids) };
    },
    [namespace, hash],
  );
  const rows = reference.value?.versions ?? [];
  /** @type {import("./house/table.js").Column<Version>[]} */
  const columns = [
    {
      id: "id",
      title: "Id",
      isMain: true,
      cell: ({ cache_id }) =>
        html`<code>${cache_id}</code>${cache_id === id && html` <span class="chip accent">this one</span>`}`,
      value: ({ cache_id }) => cache_id,
    },
    {
      id: "stored",
      title: "Stored",
      cell: ({ timestamp }) => html`<${Time} at=${timestamp} />`,
      value: ({ timestamp }) => timestamp,
    },
  ];
  const show = (/** @type {{ isCut: boolean }} */ { isCut }) =>
    isCut
      ? html`<p class="large">More than 8,000 entries share this hash: too many to list here.</p>`
      : html`<${Table} name="versions" label="Entries of the same hash" columns=${columns} rows=${rows} sort="-stored" id=${(/** @type {Version} */ { cache_id }) => cache_id}
          href=${(/** @type {Version} */ { cache_id }) => address(["entry", namespace, cache_id])} />`;
  return html`<${Panel} title=${rows.length > 0 ? `${counted(rows.length, "entry", "entries")} of this hash` : "Entries of this hash"} flush
    actions=${html`<${CsvButton} name="same-hash" columns=${columns} rows=${rows} />`}><${Loading} of=${reference} what="The hash reference" show=${show} /></${Panel}>`;
}
