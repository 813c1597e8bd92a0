// A listing that comes in pages from the server: what has come so far, and more on demand.

import { useCallback, useEffect, useRef, useState } from "./html.js";
import { asFailure, useLoad } from "./load.js";

/**
 * @template Item
 * @typedef {object} Pages
 * @property {Item[] | undefined} items What has come so far; `undefined` until the first page is there.
 * @property {string | null} next Where the next page begins; `null` when all is there.
 * @property {import("./load.js").Loaded<unknown>} loaded The first page, for `Loading`.
 * @property {boolean} isLoadingMore
 * @property {import("./api.js").Failure | undefined} moreFailure
 * @property {() => void} more Loads the next page.
 * @property {() => void} again Begins anew.
 */

/**
 * @template Item
 * @param {(cursor: string | undefined, signal: AbortSignal) => Promise<{ next: string | null }>} load
 * @param {unknown[]} given
 * @param {(page: any) => Item[]} itemsOf
 * @returns {Pages<Item>}
 */
export function usePages(load, given, itemsOf) {
  const loaded = useLoad((signal) => load(undefined, signal), given);
  const [later, setLater] = useState(/** @type {{ next: string | null }[]} */ ([]));
  const [isLoadingMore, setLoading] = useState(false);
  const [moreFailure, setFailure] = useState(/** @type {import("./api.js").Failure | undefined} */ (undefined));
  const aborter = useRef(new AbortController());
  // Another first page: what came after the one before is not of this listing.
  useEffect(() => {
    aborter.current = new AbortController();
    setLater([]);
    setFailure(undefined);
    setLoading(false);
    return () => aborter.current.abort();
  }, [loaded.value]);
  const last = later.at(-1) ?? loaded.value;
  const next = last?.next ?? null;
  const more = useCallback(async () => {
    if (next === null) return;
    const { signal } = aborter.current;
    setLoading(true);
    setFailure(undefined);
    try {
      const page = await load(next, signal);
      if (!signal.aborted) setLater((before) => [...before, page]);
    } catch (error) {
      if (!signal.aborted) setFailure(asFailure(error));
    }
    if (!signal.aborted) setLoading(false);
  }, [next, JSON.stringify(given)]);
  const items = loaded.value && [loaded.value, ...later].flatMap(itemsOf);
  return { items, next, loaded, isLoadingMore, moreFailure, more, again: loaded.again };
}
