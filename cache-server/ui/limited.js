// Reading no more of an answer than is shown.

/**
 * The first bytes of an answer, and whether there are more; the rest is not taken.
 * @param {Response} answer
 * @param {number} most
 * @returns {Promise<{ bytes: Uint8Array, isCut: boolean }>}
 */
export async function bytesUpTo(answer, most) {
  const reader = answer.body?.getReader();
  /** @type {Uint8Array[]} */
  const parts = [];
  let size = 0;
  while (reader && size <= most) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    size += value.length;
  }
  await reader?.cancel();
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return { bytes: bytes.subarray(0, most), isCut: size > most };
}
