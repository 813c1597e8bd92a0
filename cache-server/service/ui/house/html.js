// Templates and hooks: the one place that knows which library draws.

/**
 * Something that is drawn: an element, text, a list of both, or nothing.
 * @typedef {import("../vendor/preact-htm.js").View} View
 */

export {
  html,
  render,
  useCallback,
  useEffect,
  useErrorBoundary,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "../vendor/preact-htm.js";
