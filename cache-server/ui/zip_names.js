// The names in a zip archive, read from its list of contents.

/** @param {DataView} view @param {number} at */
const u16 = (view, at) => view.getUint16(at, true);
/** @param {DataView} view @param {number} at */
const u32 = (view, at) => view.getUint32(at, true);

/**
 * The names of the members; `undefined` where the list cannot be read, as of an archive that is broken or very large.
 * @param {Uint8Array} bytes
 * @returns {string[] | undefined}
 */
export function zipNames(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  // The end of the list is followed by a comment of at most 65,535 bytes.
  for (let end = bytes.length - 22; end >= Math.max(0, bytes.length - 22 - 0xffff); end -= 1) {
    if (u32(view, end) !== 0x06054b50) continue;
    const names = [];
    let at = u32(view, end + 16);
    for (let left = u16(view, end + 10); left > 0; left -= 1) {
      if (at + 46 > end || u32(view, at) !== 0x02014b50) return undefined;
      const length = u16(view, at + 28);
      names.push(new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + length)));
      at += 46 + length + u16(view, at + 30) + u16(view, at + 32);
    }
    return names;
  }
  return undefined;
}
