// What is loaded: its place while it comes, its failure, and then itself.

import { html } from "./html.js";
import { Problem } from "./problem.js";
import { Skeleton } from "./skeleton.js";

/**
 * @template T
 * @param {{ of: import("./load.js").Loaded<T>, what?: string, lines?: number, show: (value: T) => import("./html.js").View }} props
 */
export function Loading({ of, what = "", lines = 5, show }) {
  const { value, failure, again } = of;
  return html`${failure && html`<${Problem} failure=${failure} again=${again} what=${what} stale=${value !== undefined} />`}
    ${value !== undefined ? show(value) : !failure && html`<${Skeleton} lines=${lines} />`}`;
}
