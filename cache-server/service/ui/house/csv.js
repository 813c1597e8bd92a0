// Tables as files: CSV that spreadsheets open without running what is in it.

/** @typedef {string | number | boolean | null | undefined} Cell */

/** @param {Cell} cell */
function field(cell) {
  if (typeof cell === "number") return Number.isFinite(cell) ? String(cell) : "";
  const text = cell === null || cell === undefined ? "" : String(cell);
  // A spreadsheet takes such a text for a formula, unless it is a negative number.
  const harmless = /^[=+@\t\r]|^-(?!\d+(\.\d+)?$)/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/**
 * @param {string[]} titles
 * @param {Cell[][]} rows
 * @returns {string}
 */
export function csv(titles, rows) {
  return [titles, ...rows].map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

/**
 * Saves a file.
 * @param {string} name
 * @param {BlobPart} content
 * @param {string} type
 */
export function save(name, content, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  // What no name of a file may have, or would show otherwise than it is.
  link.download = name.replace(/\p{Cc}|\p{Cf}|[/\\:*?"<>|]/gu, "-").slice(0, 120) || "file";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/**
 * Saves a table as CSV.
 * @param {string} name Without its ending.
 * @param {string[]} titles
 * @param {Cell[][]} rows
 */
export function saveCsv(name, titles, rows) {
  save(`${name}.csv`, csv(titles, rows), "text/csv;charset=utf-8");
}
