// A cache with something of everything, for the tests of the console and for its pictures.

import { deflateRawSync, deflateSync } from "node:zlib";
import { api, store } from "./servers.mjs";

/** A CRC-32, as PNG and zip have it. */
function crc(bytes) {
  let value = ~0;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return ~value >>> 0;
}

const u32 = (value) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** A picture with a gradient. */
export function png(width = 160, height = 90) {
  const rows = Buffer.concat(
    Array.from({ length: height }, (_, y) =>
      Buffer.from([
        0,
        ...Array.from({ length: width }, (_, x) => [
          40 + (x * 180) / width,
          90 + (y * 120) / height,
          210 - (x * 60) / width,
        ]).flat(),
      ]),
    ),
  );
  const chunk = (type, data) =>
    Buffer.concat([u32(data.length), Buffer.from(type), data, u32(crc(Buffer.concat([Buffer.from(type), data])))]);
  const head = Buffer.concat([u32(width), u32(height), Buffer.from([8, 2, 0, 0, 0])]);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** A zip archive of these files. */
export function zip(files) {
  const [locals, centrals] = [[], []];
  let at = 0;
  for (const [name, text] of Object.entries(files)) {
    const [bytes, plain] = [Buffer.from(name), Buffer.from(text)];
    const packed = deflateRawSync(plain);
    const about = Buffer.alloc(26);
    about.writeUInt16LE(20, 0);
    about.writeUInt16LE(0x0800, 2);
    about.writeUInt16LE(8, 4);
    about.writeUInt32LE(crc(plain), 10);
    about.writeUInt32LE(packed.length, 14);
    about.writeUInt32LE(plain.length, 18);
    about.writeUInt16LE(bytes.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), about, bytes, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    centrals.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00"), about, tail, bytes]));
    locals.push(local);
    at += local.length;
  }
  const central = Buffer.concat(centrals);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(centrals.length, 4);
  end.writeUInt16LE(centrals.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...locals, central, Buffer.from("PK\x05\x06"), end]);
}

/** Fills a cache; returns the entries by name. */
export async function fill(url, key) {
  const put = (namespace, cacheKey, content, options) => store(url, namespace, cacheKey, content, { key, ...options });
  const rows = ["DE", "FR", "US", "PT", "JP"].map((country, at) => ({ country, visitors: 120 + at * 77 }));
  for (const month of ["january", "february", "march", "april"]) {
    for (const fileId of ["by-country", "by-hour", "summary"])
      await put("reports", `monthly/2026/${month}`, { month, rows, total: 1370, note: null, ok: true }, { fileId });
  }
  const entries = {
    json: await put(
      "reports",
      "monthly/2026/may",
      { month: "may", rows, total: 1370, note: null, ok: true },
      { fileId: "by-country" },
    ),
    text: await put(
      "reports",
      "monthly",
      "Monthly reports, one folder a month.\nEach has a summary, and figures by country and by hour.",
      { fileId: "readme" },
    ),
    image: await put("media", "images", png(), { fileId: "gradient" }),
    bytes: await put("media", "raw", Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 7919) % 251)), {
      fileId: "noise",
    }),
    archive: await put("media", "archives", zip({ "readme.md": "# Read me\n", "src/main.rs": "fn main() {}\n" }), {
      fileId: "bundle",
    }),
    parent: await put("reports", "with/children", { has: "children" }, { fileId: "parent" }),
  };
  await api(url, "POST", `/reports/cache/${entries.parent.cache_id}/data/store/string/sub/folder/log`, {
    body: "line one",
    type: "text/plain",
    key,
  });
  await api(url, "POST", `/reports/cache/${entries.parent.cache_id}/data/store/json/figures`, { body: "{}", key });
  for (let number = 0; number < 130; number += 1)
    await put("events", "log", { number, kind: number % 3 ? "page" : "upload" }, { strategy: "temporal" });
  for (let number = 0; number < 3; number += 1)
    entries.version = await put("sessions", "user-42", `state ${number}`, { strategy: "temporal_versioned", fileId: "state" });
  await put("sessions", "user-42", "3 items", { strategy: "temporal_latest", fileId: "cart" });
  for (let number = 0; number < 8; number += 1) await put("notes", "n", `Note ${number}`, { strategy: "direct" });
  return entries;
}
