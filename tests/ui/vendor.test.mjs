// The vendored files are the ones of the npm packages, and said to be.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import test from "node:test";

const vendor = new URL("../../cache-server/service/ui/vendor/", import.meta.url);
const rows = readFileSync(new URL("README.md", vendor), "utf8").matchAll(
  /^\| `(?<file>[^`]+)` \| (?<name>\S+) (?<version>\S+) \| `(?<path>[^`]+)` \|.*\| `(?<sum>[0-9a-f]{64})` \|$/gm,
);

for (const { groups } of rows) {
  test(`${groups.file} is the file of ${groups.name} ${groups.version}`, () => {
    const packages = new URL("node_modules/", import.meta.url);
    const { version } = JSON.parse(readFileSync(new URL(`${groups.name}/package.json`, packages), "utf8"));
    assert.equal(version, groups.version);
    const [ours, theirs] = [new URL(groups.file, vendor), new URL(groups.path, packages)].map((file) => readFileSync(file));
    assert.ok(ours.equals(theirs), "the bytes are the same");
    assert.equal(createHash("sha256").update(ours).digest("hex"), groups.sum);
  });
}
