// Loading what a component shows: once, again on demand, and again and again where figures are live.

import { Failure, isReachable, TIMED_OUT } from "./api.js";
import { useCallback, useEffect, useRef, useState } from "./html.js";

/**
 * @template T
 * @typedef {object} Loaded
 * @property {T | undefined} value What was loaded last; it stays while something newer is loaded, or fails to be.
 * @property {Failure | undefined} failure Why the last attempt failed.
 * @property {boolean} isLoading
 * @property {number} at When the value came, in milliseconds since 1970; 0 before that.
 * @property {() => void} again
 */

/** @param {unknown} error */
export function asFailure(error) {
  if (error instanceof Failure) return error;
  console.error(error);
  return new Failure("This page failed to show what the service answered.");
}

/**
 * Loads a value, and loads it anew when one of `given` changes. What fails for want of a connection is loaded again when there is one.
 * @template T
 * @param {(signal: AbortSignal) => Promise<T>} load
 * @param {unknown[]} given
 * @returns {Loaded<T>}
 */
export function useLoad(load, given) {
  const initial = { value: /** @type {T | undefined} */ (undefined), failure: undefined, isLoading: true, at: 0 };
  const [state, update] = useState(/** @type {Omit<Loaded<T>, "again">} */ (initial));
  const [attempt, setAttempt] = useState(0);
  const again = useCallback(() => setAttempt((before) => before + 1), []);
  const key = JSON.stringify(given);
  const shown = useRef(key);
  useEffect(() => {
    const aborter = new AbortController();
    // Another thing is loaded: what was shown is not it.
    const isOther = shown.current !== key;
    shown.current = key;
    update((before) => (isOther ? initial : { ...before, isLoading: true }));
    load(aborter.signal).then(
      (value) => {
        if (!aborter.signal.aborted) update({ value, failure: undefined, isLoading: false, at: Date.now() });
      },
      (error) => {
        if (aborter.signal.aborted) return;
        const failure = asFailure(error);
        update((before) => ({ ...before, failure, isLoading: false }));
      },
    );
    return () => aborter.abort();
  }, [key, attempt]);
  const isLost = state.failure?.status === 0 && state.failure.code !== TIMED_OUT;
  useEffect(() => {
    if (!isLost) return undefined;
    return isReachable.listen((is) => is && again());
  }, [isLost]);
  return { ...state, again };
}

const SLOWEST = 120_000;

/**
 * Loads a value again and again: not in a hidden tab, and less often while it fails.
 * @template T
 * @param {(signal: AbortSignal) => Promise<T>} load
 * @param {unknown[]} given
 * @param {number} every Milliseconds between the loads.
 * @returns {Loaded<T>}
 */
export function useLive(load, given, every) {
  const loaded = useLoad(load, given);
  const failures = useRef(0);
  useEffect(() => {
    if (loaded.isLoading) return undefined;
    failures.current = loaded.failure ? failures.current + 1 : 0;
    const wait = Math.min(every * 2 ** failures.current, Math.max(SLOWEST, every));
    let isDue = false;
    const timer = setTimeout(() => {
      isDue = true;
      if (!document.hidden) loaded.again();
    }, wait);
    const shown = () => isDue && !document.hidden && loaded.again();
    document.addEventListener("visibilitychange", shown);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", shown);
    };
  }, [loaded.isLoading, loaded.at, every]);
  return loaded;
}
