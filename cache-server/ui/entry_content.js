// The content of an entry as it is loaded: no more than is shown of it, and how large it is in all.

import { Failure, request } from "./house/api.js";
import { MOST_SHOWN } from "./house/content.js";
import { bytesUpTo } from "./limited.js";

/**
 * @typedef {{ bytes: Uint8Array, size: number, isWhole: boolean, tag: string }} Loaded `size`: of all of it; `tag`: of the content.
 */

/**
 * @param {string} namespace
 * @param {string} id
 * @param {AbortSignal} signal
 * @returns {Promise<Loaded>}
 */
export async function loadContent(namespace, id, signal) {
  try {
    const path = [namespace, "retrieve", id, "binary"];
    const answer = await request("GET", path, { signal, headers: { range: `bytes=0-${MOST_SHOWN - 1}` } });
    const { bytes, isCut } = await bytesUpTo(answer, MOST_SHOWN);
    const said = Number(answer.headers.get("content-range")?.split("/")[1] ?? answer.headers.get("content-length"));
    const size = Number.isFinite(said) && said > 0 ? said : bytes.length;
    return { bytes, size, isWhole: !isCut && bytes.length === size, tag: answer.headers.get("etag") ?? "" };
  } catch (error) {
    // Of nothing there is no part.
    if (error instanceof Failure && error.status === 416) return { bytes: new Uint8Array(), size: 0, isWhole: true, tag: "" };
    throw error;
  }
}
