// A table that the server sorts and cuts into pages: one of them is shown, with the way to the next one and back.

import { call } from "./house/api.js";
import { Empty } from "./house/empty.js";
import { count, counted } from "./house/format.js";
import { html, useEffect, useRef, useState } from "./house/html.js";
import { useLoad } from "./house/load.js";
import { Loading } from "./house/loading.js";
import { Panel } from "./house/panel.js";
import { useQuery } from "./house/router.js";
import { CsvButton, Table } from "./house/table.js";

/**
 * The page that the address names. What was shown stays until the next page is there.
 * @param {string} name What the listing is called in the address.
 * @param {string[]} path The operation.
 * @param {Record<string, string | number>} query Another one begins at the first page.
 */
export function useListing(name, path, query) {
  const [at, setAt] = useQuery(`${name}-at`);
  const [before, setBefore] = useState(/** @type {string[]} */ ([]));
  const key = JSON.stringify(query);
  const listing = useRef(key);
  useEffect(() => {
    if (listing.current === key) return;
    listing.current = key;
    setAt("");
    setBefore([]);
  }, [key]);
  // A place: how many rows come before it, and the cursor of the server.
  const [skipped = "", cursor = ""] = listing.current === key ? at.split("~") : [];
  const loaded = useLoad((signal) => call("GET", path, { signal, query: { ...query, cursor } }), [path, key, cursor]);
  const held = useRef(loaded.value);
  held.current = loaded.value ?? held.current;
  const value = loaded.value ?? (loaded.isLoading ? held.current : undefined);
  const from = Number.parseInt(skipped, 10) || 0;
  const back = () => {
    setAt(before.at(-1) ?? "");
    setBefore(before.slice(0, -1));
  };
  const on = (/** @type {number} */ shown) => {
    setBefore([...before, at]);
    setAt(`${from + shown}~${loaded.value.next}`);
    scrollTo(0, 0);
  };
  return { ...loaded, value, name, from, next: loaded.value?.next ?? null, back, on };
}

/**
 * @param {{ of: ReturnType<typeof useListing>, title: string, field: string, columns: import("./columns.js").Column[], id: string,
 *   href?: (row: any) => string, actions?: (row: any) => import("./house/html.js").View, sort?: string, all?: number,
 *   children?: import("./house/html.js").View }} props `field`: of the answer, with the rows; `id`: of a row; `all`: how many there
 *   are on all pages; `children`: what is shown where there are none.
 */
export function Listing({ of, title, field, columns, id, href, actions, sort, all, children }) {
  const { value, name, from, next, back, on } = of;
  /** @type {any[]} */
  const rows = value?.[field] ?? [];
  const show = () =>
    rows.length > 0
      ? html`<${Table} name=${name} label=${title} columns=${columns} rows=${rows} id=${(/** @type {any} */ row) => row[id]} href=${href} actions=${actions}
          sort=${sort} isSorted isSortable=${sort !== undefined} />`
      : html`<${Empty} title=${next || from ? "None on this page" : `No ${title.toLowerCase()}`}>${children}</${Empty}>`;
  return html`<${Panel} title=${title} note=${value?.unreadable > 0 && `${counted(value.unreadable, "record")} could not be read`} flush
    actions=${html`<${CsvButton} name=${name} columns=${columns} rows=${rows} />`}>
    <${Loading} of=${of} what=${title} lines=${12} show=${show} />
    ${
      (from > 0 || next) &&
      html`<nav class="paging" aria-label=${`Pages of ${title}`}><button type="button" disabled=${from === 0} onClick=${back}>Previous</button>
      <span role="status">${rows.length > 0 && `${count(from + 1)}–${count(from + rows.length)}`}${all && ` of ${count(all)}`}</span>
      <button type="button" disabled=${!next} onClick=${() => on(rows.length)}>Next</button></nav>`
    }</${Panel}>`;
}
