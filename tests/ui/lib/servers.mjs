// The real programs, each on a port and a folder of its own, and what stands before them.

import { spawn } from "node:child_process";
import { createHash, createHmac } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** The keys of a server with keys. */
export const KEYS = { admin: "an-administrators-key", reader: "a-key-that-reads", writer: "a-key-that-writes" };
const SCOPES = { admin: ["read", "write", "delete", "admin"], reader: ["read"], writer: ["read", "write", "delete"] };
/** What sessions are made with. */
export const SECRET = "the-secret-of-the-sessions-of-tests";

const sha256 = (text) => createHash("sha256").update(text).digest("hex");

/** A file with the keys. */
function keysFile(folder) {
  const file = join(folder, "keys.toml");
  const line = ([name, key]) => `${name} = { sha256 = "${sha256(key)}", scopes = ${JSON.stringify(SCOPES[name])} }\n`;
  writeFileSync(file, Object.entries(KEYS).map(line).join(""));
  chmodSync(file, 0o600);
  return file;
}

/** The cookie of a session of the cache server. */
export const COOKIE = "cache-server-session";

/** A ticket that a cache server would have given to this key, with another end or a broken MAC. */
export function ticket(name, ends, { broken = false } = {}) {
  const seconds = Math.floor(ends / 1000);
  const end = Buffer.alloc(8);
  end.writeBigInt64BE(BigInt(seconds));
  const mac = createHmac("sha256", createHash("sha256").update(SECRET).digest());
  mac.update(`${COOKIE}\0`).update(end).update(createHash("sha256").update(KEYS[name]).digest()).update(name);
  const digest = mac.digest();
  if (broken) digest[0] ^= 1;
  return `${Buffer.from(name).toString("base64url")}.${seconds}.${digest.toString("base64url")}`;
}

/** Starts a program; `port` 0 is a free one. */
async function start(program, flags, { keys = false, port = 0, env = {} } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "ui-test-"));
  const all = [...flags, "--port", String(port), ...(keys ? ["--keys-file", keysFile(folder), "--session-secret", SECRET] : [])];
  const child = spawn(program, all, {
    cwd: folder,
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const line = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", resolve);
    child.once("exit", (code) => reject(new Error(`${program} ended with ${code}`)));
  });
  const url = `http://127.0.0.1:${new URL(line.replace("listening on ", "")).port}`;
  const stop = async () => {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    child.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  return { url, port: Number(new URL(url).port), stop };
}

/** A cache server in memory. */
export const cacheServer = (options) => start(process.env.CACHE_SERVER, ["--storage-mode", "memory"], options);

/** A send-admin with a cache in memory. */
export const sendAdmin = (options) =>
  start(process.env.SEND_ADMIN, [], { ...options, env: { CACHE__SERVICE__STORAGE_MODE: "memory" } });

/** A send-admin with the demonstration's fortnight, which ends now, or where its clock stands still. */
export const sendDemo = (stillAt, options) =>
  start(process.env.SEND_ADMIN, ["demo", ...(stillAt ? ["--still-at", stillAt] : [])], options);

/** A proxy that shows a service below a path, as many set-ups have it. */
export async function proxy(target, prefix) {
  const server = createServer((incoming, outgoing) => {
    if (!incoming.url.startsWith(`${prefix}/`)) return outgoing.writeHead(404).end();
    const { port } = new URL(target);
    const options = {
      host: "127.0.0.1",
      port,
      path: incoming.url.slice(prefix.length),
      method: incoming.method,
      headers: incoming.headers,
    };
    const passed = request(options, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on("error", () => outgoing.writeHead(502).end());
    return incoming.pipe(passed);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}${prefix}`,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** Calls a service past its UI, as a program does. */
export async function api(url, method, path, { body, type = "application/json", key } = {}) {
  const headers = { ...(body === undefined ? {} : { "content-type": type }), ...(key ? { "x-api-key": key } : {}) };
  const answer = await fetch(`${url}${path}`, { method, body, headers });
  const text = await answer.text();
  let json;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return { status: answer.status, text, json };
}

/** Stores a text, JSON or bytes under a key; returns what the server answers. */
export async function store(url, namespace, key, content, { fileId, key: apiKey, strategy = "key_based" } = {}) {
  const [kind, type, body] =
    typeof content === "string"
      ? ["string", "text/plain; charset=utf-8", content]
      : content instanceof Uint8Array
        ? ["binary", "application/octet-stream", content]
        : ["json", "application/json", JSON.stringify(content)];
  const path = `/${namespace}/${strategy}/store/${kind}/${key}${fileId ? `?file_id=${encodeURIComponent(fileId)}` : ""}`;
  const stored = await api(url, "POST", path, { body, type, key: apiKey });
  if (stored.status !== 200) throw new Error(`storing failed: ${stored.text}`);
  return stored.json;
}
