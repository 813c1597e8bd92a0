// JSON with a member on each line.

/**
 * The same JSON with a member on each line; names, strings and numbers as they are.
 * @param {string} source
 */
export function indented(source) {
  const tokens = source.match(/"(?:[^"\\]|\\.)*"|[[\]{}:,]|[^\s"[\]{}:,]+/g) ?? [];
  let [text, depth] = ["", 0];
  const line = () => `\n${"  ".repeat(depth)}`;
  tokens.forEach((token, at) => {
    const isEmpty = /[[{]/.test(tokens[at - 1] ?? "") && (tokens[at - 1] ?? "").length === 1;
    if (token === "{" || token === "[") {
      depth += 1;
      text += token + (/^[\]}]$/.test(tokens[at + 1] ?? "") ? "" : line());
    } else if (token === "}" || token === "]") {
      depth -= 1;
      text += (isEmpty ? "" : line()) + token;
    } else if (token === ",") text += token + line();
    else text += token === ":" ? ": " : token;
  });
  return text;
}
