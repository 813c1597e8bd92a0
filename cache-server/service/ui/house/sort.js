// The order of rows.

const words = new Intl.Collator("en", { numeric: true });

/** @typedef {string | number | boolean | null | undefined} Value */

/**
 * Rows in the order of a column; those without a value are last either way.
 * @template Row
 * @param {Row[]} rows
 * @param {{ id: string, value?: (row: Row) => Value }[]} columns
 * @param {string} by A column's id, with `-` in front for the largest first.
 * @returns {Row[]}
 */
export function sorted(rows, columns, by) {
  const column = columns.find(({ id }) => id === by.replace(/^-/, ""));
  const value = column?.value;
  if (!value) return rows;
  const sign = by.startsWith("-") ? -1 : 1;
  const keyed = rows.map((row) => ({ row, key: value(row) ?? null }));
  keyed.sort((one, other) => {
    if (one.key === null || other.key === null) return Number(one.key === null) - Number(other.key === null);
    if (typeof one.key === "string" || typeof other.key === "string")
      return sign * words.compare(String(one.key), String(other.key));
    return sign * (Number(one.key) - Number(other.key));
  });
  return keyed.map(({ row }) => row);
}

/**
 * What a click on the head of a column sorts by: the other way round, or names from A and numbers from the largest.
 * @param {{ id: string, isNumber?: boolean }} column
 * @param {"ascending" | "descending" | undefined} now
 */
export function reversed({ id, isNumber = false }, now) {
  if (now) return now === "ascending" ? `-${id}` : id;
  return isNumber ? `-${id}` : id;
}
