// A value that many components show, and that draws them again when it changes.

import { useEffect, useState } from "./html.js";

/**
 * @template T
 * @typedef {object} Store
 * @property {() => T} get The value now.
 * @property {(next: T) => void} set Changes it, and tells whoever listens.
 * @property {(listener: (value: T) => void) => () => void} listen Calls back on changes until the returned function is called.
 */

/**
 * Makes a store.
 * @template T
 * @param {T} initial
 * @returns {Store<T>}
 */
export function store(initial) {
  let value = initial;
  /** @type {Set<(value: T) => void>} */
  const listeners = new Set();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of [...listeners]) listener(value);
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/**
 * The value of a store, in a component.
 * @template T
 * @param {Store<T>} of
 * @returns {T}
 */
export function useStore(of) {
  const [value, update] = useState(of.get());
  useEffect(() => {
    update(() => of.get());
    return of.listen((next) => update(() => next));
  }, [of]);
  return value;
}
