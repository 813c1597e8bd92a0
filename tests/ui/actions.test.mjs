// Every action of the console, seen to have happened through the API.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test, { after, before } from "node:test";
import { assertClean, go, launch, open, settled } from "./lib/browser.mjs";
import { fill } from "./lib/console_data.mjs";
import { api, cacheServer, store } from "./lib/servers.mjs";

let browser;
let server;
let entries;

before(async () => {
  [browser, server] = await Promise.all([launch(), cacheServer()]);
  entries = await fill(server.url);
});
after(async () => {
  await Promise.all([browser.close(), server.stop()]);
});

async function console_(fragment) {
  const opened = await open(browser, `${server.url}/console/${fragment}`, { permissions: ["clipboard-read", "clipboard-write"] });
  await settled(opened.page);
  return opened;
}
const text = async (namespace, id) => (await api(server.url, "GET", `/${namespace}/retrieve/${id}/string`)).text;

test("an empty store offers a first entry, which is stored and shown", async () => {
  const empty = await cacheServer();
  const { page, seen, context } = await open(browser, `${empty.url}/`);
  await settled(page);
  await page.getByText("Nothing is stored yet").waitFor();
  const curl = await page.locator(".command code").textContent();
  assert.ok(curl.startsWith(`curl -X POST '${empty.url}/notes/key_based/store/string/hello?file_id=world'`), curl);
  await page.getByRole("button", { name: "Store a first entry" }).click();
  await page.getByLabel("Content").fill("My first entry");
  await page.getByRole("button", { name: "Store", exact: true }).click();
  await page.locator(".source", { hasText: "My first entry" }).waitFor();
  const found = await api(empty.url, "GET", "/notes/retrieve/key/hello?as=string");
  assert.equal(found.text, "My first entry");
  await assertClean(page, seen);
  await context.close();
  await empty.stop();
});

test("namespaces lead to folders, and these to an entry and back", async () => {
  const { page, seen, context } = await console_("");
  await page.getByRole("link", { name: "reports" }).click();
  for (const name of ["monthly/", "2026/", "may/"]) await page.getByRole("link", { name, exact: true }).click();
  await page.getByRole("link", { name: "by-country" }).click();
  await page.locator(".json").waitFor();
  assert.match(await page.locator(".json").textContent(), /month: "may"/);
  await page.goBack();
  await page.getByRole("heading", { name: "may", level: 1 }).waitFor();
  await page.getByRole("link", { name: "Namespaces" }).first().click();
  await page.getByRole("heading", { name: "Namespaces" }).waitFor();
  await assertClean(page, seen);
  await context.close();
});

test("an entry is copied and downloaded", async () => {
  const { page, seen, context } = await console_(`#/entry/reports/${entries.text.cache_id}`);
  await page.getByRole("button", { name: "Copy", exact: true }).click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(copied, await text("reports", entries.text.cache_id));
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download" }).click()]);
  assert.equal(download.suggestedFilename(), "readme.txt");
  assert.equal(readFileSync(await download.path(), "utf8"), copied);
  await assertClean(page, seen);
  await context.close();
});

test("content is updated, but not over somebody else's change", async () => {
  const stored = await store(server.url, "work", "shared", "one", { fileId: "text" });
  const { page, seen, context } = await console_(`#/entry/work/${stored.cache_id}`);
  await page.getByRole("button", { name: "Update" }).click();
  const field = page.getByLabel("Text");
  await field.fill("two");
  await api(server.url, "POST", `/work/update/${stored.cache_id}/string`, { body: "theirs", type: "text/plain" });
  const submit = page.locator("dialog").getByRole("button", { name: "Update" });
  await submit.click();
  await page.getByText("Somebody has changed the content meanwhile").waitFor();
  assert.equal(await text("work", stored.cache_id), "theirs");
  assert.equal(await field.inputValue(), "two", "what was typed is still there");
  await page.getByRole("button", { name: "Load what is there now" }).click();
  await page.waitForFunction(() => document.querySelector("textarea")?.value === "theirs");
  await field.fill("both");
  await submit.click();
  await page.locator(".source", { hasText: "both" }).waitFor();
  assert.equal(await text("work", stored.cache_id), "both");
  await assertClean(page, seen);
  await context.close();
});

test("JSON is updated as JSON, and what is none is refused before it is sent", async () => {
  const stored = await store(server.url, "work", "json", { a: 1 }, { fileId: "doc" });
  const { page, seen, context } = await console_(`#/entry/work/${stored.cache_id}`);
  await page.getByRole("button", { name: "Update" }).click();
  await page.getByLabel("JSON").fill("{ no");
  await page.locator("dialog").getByRole("button", { name: "Update" }).click();
  await page.getByText("This is no JSON").waitFor();
  await page.getByLabel("JSON").fill('{"a": 2}');
  await page.locator("dialog").getByRole("button", { name: "Update" }).click();
  await page.locator(".json-other", { hasText: "2" }).waitFor();
  assert.deepEqual((await api(server.url, "GET", `/work/retrieve/${stored.cache_id}/json`)).json, { a: 2 });
  await assertClean(page, seen);
  await context.close();
});

test("numbers that JavaScript cannot hold keep their digits when their document is updated", async () => {
  const stored = (
    await api(server.url, "POST", "/work/key_based/store/json/digits?file_id=doc", {
      body: '{"id":12345678901234567890123,"of":1.0,"name":"one"}',
      type: "application/json",
    })
  ).json;
  const { page, seen, context } = await console_(`#/entry/work/${stored.cache_id}`);
  await page.locator(".json-other", { hasText: "12345678901234567890123" }).waitFor();
  await page.getByRole("button", { name: "Update" }).click();
  const field = page.getByLabel("JSON");
  await field.fill((await field.inputValue()).replace('"one"', '"two"'));
  await page.locator("dialog").getByRole("button", { name: "Update" }).click();
  await page.locator(".json-string", { hasText: "two" }).waitFor();
  assert.match(await text("work", stored.cache_id), /"id": ?12345678901234567890123, ?"of": ?1\.0, ?"name": ?"two"/);
  await assertClean(page, seen);
  await context.close();
});

test("an entry is deleted from its list and from its page", async () => {
  const [one, two] = [
    await store(server.url, "work", "gone", "1", { fileId: "first" }),
    await store(server.url, "work", "gone", "2", { fileId: "second" }),
  ];
  const { page, seen, context } = await console_("#/namespace/work/gone");
  await page.getByRole("button", { name: "Delete first" }).click();
  await page.locator("dialog").getByRole("button", { name: "Cancel" }).click();
  assert.equal(await text("work", one.cache_id), "1", "a question that was cancelled deletes nothing");
  await page.getByRole("button", { name: "Delete first" }).click();
  await page.locator("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByRole("link", { name: "first" }).waitFor({ state: "detached" });
  assert.equal((await api(server.url, "GET", `/work/exists/id/${one.cache_id}`)).json.exists, false);
  await page.getByRole("link", { name: "second" }).click();
  await settled(page);
  await page.getByRole("button", { name: "Delete" }).click();
  await page.locator("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByRole("heading", { name: "gone", level: 1 }).waitFor();
  assert.equal((await api(server.url, "GET", `/work/exists/id/${two.cache_id}`)).json.exists, false);
  await assertClean(page, seen);
  await context.close();
});

test("everything below a prefix is counted, and deleted when it was typed", async () => {
  for (const key of ["p/a", "p/b", "p/c/d", "pq", "r"]) await store(server.url, "prefixes", key, key, { fileId: "f" });
  const { page, seen, context } = await console_("#/namespace/prefixes/p");
  await page.getByRole("button", { name: "Delete many" }).click();
  assert.equal(await page.getByLabel("Key begins with").inputValue(), "p/");
  await page.getByText("3 entries").waitFor();
  const act = page.getByRole("button", { name: "Delete all of them" });
  assert.equal(await act.isDisabled(), true);
  await page.getByRole("textbox", { name: "Type p/ to confirm" }).fill("p");
  assert.equal(await act.isDisabled(), true);
  await page.getByRole("textbox", { name: "Type p/ to confirm" }).fill("p/");
  await act.click();
  await page.getByText("Deleted 3 entries.").waitFor();
  const left = (await api(server.url, "GET", "/prefixes/browse/key_based")).json;
  assert.deepEqual(left.folders, ["pq", "r"]);
  await assertClean(page, seen);
  await context.close();
});

test("a search finds by id, hash, key and value", async () => {
  const { page, seen, context } = await console_("#/search");
  const field = page.getByLabel("An id, a hash, a key, or a value");
  for (const [wanted, by] of [
    [entries.text.cache_id, "its id"],
    [entries.text.cache_hash, "its hash"],
    ["images", "its key"],
    ["Note 3", "its content"],
  ]) {
    await field.fill(wanted);
    await field.press("Enter");
    await page.getByRole("cell", { name: by }).waitFor();
  }
  await page.locator("tbody a").click();
  await page.locator(".source", { hasText: "Note 3" }).waitFor();
  await go(page, "#/search?q=nothing%20of%20the%20kind");
  await page.getByText("Nothing was found").waitFor();
  await assertClean(page, seen);
  await context.close();
});

test("what is long comes in pages, and a table is saved as CSV that no spreadsheet runs", async () => {
  await store(server.url, "csv", "k", "x", { fileId: "-1_plus" });
  const { page, seen, context } = await console_("#/namespace/events?strategy=temporal");
  assert.equal(await page.locator("tbody tr").count(), 100);
  await page.getByRole("button", { name: "Load more" }).click();
  await page.getByRole("button", { name: "Load more" }).waitFor({ state: "detached" });
  await page.getByText("101–130").or(page.getByText("1–100 of 130")).first().waitFor();
  await go(page, "#/namespace/csv/k");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "CSV" }).click()]);
  const [head, row] = readFileSync(await download.path(), "utf8").split("\r\n");
  assert.equal(head, "Name,Id,Type,Size,Stored");
  assert.ok(row.startsWith("'-1_plus,"), row);
  await assertClean(page, seen);
  await context.close();
});
