// A table that the server sorts and cuts into pages: one of them is shown, with the way to the next one and back.

import { call } from "./house/api.js";
import { count, counted } from "./house/format.js";
import { html, useEffect, useRef, useState } from "./house/html.js";
import { useLoad } from "./house/load.js";
import { useQuery } from "./house/router.js";
import { List } from "./list.js";

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
 * @param {{ of: ReturnType<typeof useListing>, title: string, field: string, columns: import("./columns.js").Column[],
 *   id: string | ((row: any) => string), href?: (row: any) => string, actions?: (row: any) => View, sort?: string, all?: number,
 *   empty?: string, note?: View, children?: View }} props `field`: of the answer, with the rows; `id`: of a row; `all`: how many there are
 *   on all pages; `children`: what is shown where there are none.
 */
export function Listing({ of, title, field, id, sort, all, empty = `No ${title.toLowerCase()}`, note, ...more }) {
  const { value, name, from, next, back, on } = of;
  /** @type {any[]} */
  const rows = value?.[field] ?? [];
  const notes = [note, value?.unreadable > 0 && `${counted(value.unreadable, "record")} could not be read`];
  const paging =
    (from > 0 || next) &&
    html`<nav class="paging" aria-label=${`Pages of ${title}`}><button type="button" disabled=${from === 0} onClick=${back}>Previous</button>
      <span role="status">${rows.length > 0 && `${count(from + 1)}–${count(from + rows.length)}`}${all && ` of ${count(all)}`}</span>
      <button type="button" disabled=${!next} onClick=${() => on(rows.length)}>Next</button></nav>`;
  return html`<${List} of=${of} title=${title} name=${name} rows=${rows} id=${typeof id === "string" ? (/** @type {any} */ row) => row[id] : id} sort=${sort}
    isSorted isSortable=${sort !== undefined} note=${notes.filter(Boolean).join("; ")} lines=${12} empty=${next || from ? "None on this page" : empty} after=${paging} ...${more} />`;
}
