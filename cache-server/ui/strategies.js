// The strategies that entries are stored with: their names, and in which order they are shown.

/** @type {[string, string][]} */
export const strategies = [
  ["key_based", "Key-based"],
  ["temporal", "Temporal"],
  ["temporal_latest", "Latest"],
  ["temporal_versioned", "Versioned"],
  ["direct", "Direct"],
];

/** @param {string} name */
export function strategyText(name) {
  return strategies.find(([strategy]) => strategy === name)?.[1] ?? name;
}
