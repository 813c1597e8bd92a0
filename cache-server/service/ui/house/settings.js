// What a person sets for this browser: theme, and UTC or local time.

import { store } from "./store.js";

/** @typedef {"system" | "light" | "dark"} Theme */
/** @typedef {"utc" | "local"} Zone */

/**
 * A store that this browser remembers, where it may.
 * @template {string} T
 * @param {string} name
 * @param {readonly T[]} values The first one counts when nothing is remembered.
 */
function remembered(name, values) {
  let known = null;
  try {
    known = localStorage.getItem(name);
  } catch {
    // Nothing is remembered in such a window.
  }
  const setting = store(values.find((value) => value === known) ?? /** @type {T} */ (values[0]));
  setting.listen((value) => {
    try {
      localStorage.setItem(name, value);
    } catch {
      // It counts until the page is closed.
    }
  });
  return setting;
}

export const theme = remembered("theme", /** @type {const} */ (["system", "light", "dark"]));
export const zone = remembered("zone", /** @type {const} */ (["utc", "local"]));

const dark = matchMedia("(prefers-color-scheme: dark)");

/** Whether pages are dark now. */
export const isDark = store(false);

function apply() {
  const chosen = theme.get();
  isDark.set(chosen === "dark" || (chosen === "system" && dark.matches));
  document.documentElement.dataset.theme = isDark.get() ? "dark" : "light";
}

theme.listen(apply);
dark.addEventListener("change", apply);
apply();
