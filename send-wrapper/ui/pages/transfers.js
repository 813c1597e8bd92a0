// Transfers, the newest first, and how much happened to each.

import { numberColumn, textColumn, timeColumn } from "../columns.js";
import { counted } from "../house/format.js";
import { html } from "../house/html.js";
import { Page } from "../house/page.js";
import { address } from "../house/router.js";
import { Listing, useListing } from "../listing.js";

/** How many are listed at most. */
const LISTED = 10_000;

const columns = [
  textColumn("transfer_id", "Transfer", { isMain: true, cell: ({ transfer_id: id }) => html`<span class="mono">${id}</span>` }),
  timeColumn("created_at", "Created"),
  numberColumn("total_views", "Views"),
  numberColumn("total_downloads", "Downloads"),
  timeColumn("last_activity_at", "Last activity"),
];

/** The page. */
export default function Transfers() {
  const listing = useListing("transfers", ["transfers"], { limit: 25 });
  const total = listing.value?.total;
  return html`<${Page} title="Transfers" note=${total !== undefined && html`<span class="chip">${counted(total, "transfer")}${total > LISTED && "; the newest 10,000 are listed"}</span>`}>
    <${Listing} of=${listing} title="Transfers" field="transfers" columns=${columns} id="transfer_id" all=${Math.min(LISTED, total ?? 0)}
      href=${(/** @type {any} */ row) => address(["transfer", row.transfer_id])}><p>A transfer appears here with its first event, such as a file that came in.</p></${Listing}>
  </${Page}>`;
}
