// Which page is shown: the fragment of the address, such as `#/namespaces/notes?filter=a`. Names never reach a server's log.

import { useCallback } from "./html.js";
import { store, useStore } from "./store.js";

/**
 * @typedef {object} Route
 * @property {string[]} path The segments, decoded.
 * @property {URLSearchParams} query
 */

/** @param {string} text @returns {string} */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Reads a fragment.
 * @param {string} fragment
 * @returns {Route}
 */
export function parse(fragment) {
  const [path = "", ...query] = fragment.replace(/^#\/?/, "").split("?");
  return { path: path === "" ? [] : path.split("/").map(decoded), query: new URLSearchParams(query.join("?")) };
}

/**
 * The address of a page, for `href`.
 * @param {string[]} path
 * @param {Record<string, string> | URLSearchParams} [query]
 * @returns {string}
 */
export function address(path, query) {
  const search = new URLSearchParams(query).toString();
  return `#/${path.map(encodeURIComponent).join("/")}${search && `?${search}`}`;
}

/** The page that is shown now. */
export const route = store(parse(location.hash));
addEventListener("hashchange", () => route.set(parse(location.hash)));

/** @param {string} to An address that `address` made. */
export function go(to) {
  location.hash = to;
}

/** @param {string} to Takes the place of the current page in the history. */
export function replace(to) {
  history.replaceState(null, "", to);
  route.set(parse(to));
}

/**
 * A value in the query of the fragment, so that a view can be sent to somebody.
 * @param {string} name
 * @param {string} [usual] What counts when it is not there.
 * @returns {[string, (next: string) => void]}
 */
export function useQuery(name, usual = "") {
  const value = useStore(route).query.get(name) ?? usual;
  const set = useCallback(
    (/** @type {string} */ next) => {
      const { path, query } = route.get();
      const changed = new URLSearchParams(query);
      if (next === usual) changed.delete(name);
      else changed.set(name, next);
      replace(address(path, changed));
    },
    [name, usual],
  );
  return [value, set];
}

/**
 * One of several values in the query: the first of them where another one is there.
 * @param {string} name
 * @param {string[]} values
 * @returns {[string, (next: string) => void]}
 */
export function useOneOf(name, values) {
  const [usual = ""] = values;
  const [value, set] = useQuery(name, usual);
  return [values.includes(value) ? value : usual, set];
}
