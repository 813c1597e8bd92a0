// A table that the server sorts and cuts into pages: one of them is shown, with the way to the next one and back.

import { call } from "./house/api.js";
import { count, counted } from "./house/format.js";
import { html, useEffect, useRef } from "./house/html.js";
import { useLoad } from "./house/load.js";
import { useQuery } from "./house/router.js";
import { List } from "./list.js";

/** The places of a listing up to the one shown last; this tab remembers them. @param {string} id @param {string[]} [next] @returns {string[]} */
function places(id, next) {
  try {
    if (next) sessionStorage.setItem(id, JSON.stringify(next));
    return JSON.parse(sessionStorage.getItem(id) ?? '[""]');
  } catch {
    return next ?? [""];
  }
}

/**
 * The page that the address names. What was shown stays until the next page is there.
 * @param {string} name What the listing is called in the address.
 * @param {string[]} path The operation.
 * @param {Record<string, string | number>} query Another one begins at the first page.
 */
export function useListing(name, path, query) {
  const [at, setAt] = useQuery(`${name}-at`);
  const key = JSON.stringify([path, query]);
  const listing = useRef(key);
  useEffect(() => {
    if (listing.current === key) return;
    listing.current = key;
    setAt("");
  }, [key]);
  // A place: how many rows come before it, and the cursor of the server.
  const [skipped = "", cursor = ""] = listing.current === key ? at.split("~") : [];
  const load = async (/** @type {AbortSignal} */ signal) => ({
    ...(await call("GET", path, { signal, query: { ...query, cursor } })),
    from: Number.parseInt(skipped, 10) || 0,
  });
  const loaded = useLoad(load, [key, cursor]);
  const { value, failure } = loaded;
  useEffect(() => {
    // A cursor that the server does not know: of another version of it, or of somebody's making.
    if (failure?.status === 400 && cursor) setAt("");
  }, [failure]);
  const held = useRef(value);
  held.current = value ?? held.current;
  const from = held.current?.from ?? 0;
  const id = `${name} ${key}`;
  const back = () => setAt(places(id)[places(id).indexOf(at) - 1] ?? "");
  const on = (/** @type {number} */ rows) => {
    const [known, next] = [places(id), `${from + rows}~${value.next}`];
    const before = known.includes(at) ? known.slice(0, known.indexOf(at)) : [""];
    places(id, [...before, at, next]);
    setAt(next);
    scrollTo(0, 0);
  };
  return { ...loaded, value: held.current, name, from, isFirst: !at, next: value?.next ?? null, back, on };
}

/**
 * @param {{ of: ReturnType<typeof useListing>, title: string, field: string, columns: import("./columns.js").Column[],
 *   id: string | ((row: any) => string), href?: (row: any) => string, actions?: (row: any) => View, sort?: string, all?: number,
 *   empty?: string, note?: View, children?: View }} props `field`: of the answer, with the rows; `id`: of a row; `all`: how many there are
 *   on all pages; `children`: what is shown where there are none.
 */
export function Listing({ of, title, field, id, sort, all, empty = `No ${title.toLowerCase()}`, note, ...more }) {
  const { value, name, from, next, back, on, isFirst } = of;
  /** @type {any[]} */
  const rows = value?.[field] ?? [];
  const notes = [note, value?.unreadable > 0 && `${counted(value.unreadable, "record")} could not be read`];
  const isCut = from > 0 || !isFirst || next;
  const paging =
    isCut &&
    html`<nav class="paging" aria-label=${`Pages of ${title}`}><button type="button" disabled=${isFirst} onClick=${back}>Previous</button>
      <span role="status">${rows.length > 0 && `${count(from + 1)}–${count(from + rows.length)}`}${all && ` of ${count(all)}`}</span>
      <button type="button" disabled=${!next} onClick=${() => on(rows.length)}>Next</button></nav>`;
  return html`<${List} of=${of} title=${title} name=${name} rows=${rows} id=${typeof id === "string" ? (/** @type {any} */ row) => row[id] : id} sort=${sort}
    isSorted isSortable=${sort !== undefined} note=${notes.filter(Boolean).join("; ")} lines=${12} csv=${isCut ? "CSV of this page" : undefined} empty=${isCut ? "None on this page" : empty} after=${paging} ...${more} />`;
}
