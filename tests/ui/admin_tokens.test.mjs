// The tokens of the administrators' UI: listed, created, shared; every action seen to have happened through the API.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test, { after, before } from "node:test";
import { copied, dialog, field, names, pressed, startDemo, until } from "./lib/admin.mjs";
import { assertClean, go, open, settled } from "./lib/browser.mjs";
import { api, KEYS, sendAdmin } from "./lib/servers.mjs";

let demo;

before(async () => {
  demo = await startDemo();
});
after(() => demo.stop());

test("tokens are filtered by text and status and sorted by the service", async () => {
  const { page, seen, context } = await demo.shown("#/tokens");
  const { total, active } = await demo.get("/tokens/page?limit=1");
  await page.getByText(`${total} tokens, ${active} active`).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("PODCAST");
  await until(async () => (await names(page)).join() === "podcast-listeners");
  await page.getByLabel("Filter by name").fill("end of episode");
  await until(async () => (await names(page)).join() === "podcast-listeners");
  await page.getByLabel("Filter by name").fill("nothing like it");
  await page.getByText("None matches the filter").waitFor();
  await page.keyboard.press("Escape");
  for (const status of ["Exhausted", "Revoked", "Expired"]) {
    await page.getByRole("button", { name: new RegExp(`^${status}`) }).click();
    const wanted = (await demo.get(`/tokens/page?status=${status.toLowerCase()}&sort=-created_at`)).tokens.map(
      (row) => row.token_name,
    );
    await until(async () => (await names(page)).join() === wanted.join());
  }
  await page.getByRole("button", { name: /^All/ }).click();
  for (const [title, sort] of [
    ["Name", "token_name"],
    ["Left", "-remaining"],
    ["Left", "remaining"],
    ["Last use", "last_used_at"],
    ["By", "created_by"],
  ]) {
    await page.getByRole("button", { name: title, exact: true }).click();
    const wanted = (await demo.get(`/tokens/page?sort=${sort}`)).tokens.map((row) => row.token_name);
    await until(async () => (await names(page)).join() === wanted.join());
  }
  assert.equal(await page.locator("th[aria-sort=ascending]").textContent(), "By↑");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "CSV" }).click()]);
  const csv = readFileSync(await download.path(), "utf8");
  assert.ok(
    csv.startsWith("Name,Status,Uses,Left,By,Created,Last use,Expires\r\n") && csv.split("\r\n").length === total + 2,
    csv.slice(0, 200),
  );
  await assertClean(page, seen);
  await context.close();
});

test("a token is created with a name that is checked while it is typed, and its link is shared", async () => {
  const { page, seen, context } = await demo.shown("#/tokens");
  await page.getByRole("button", { name: "New token" }).click();
  const name = field(page, "Name");
  assert.match(await name.inputValue(), /^[a-z]+-[a-z]+-\d\d$/);
  await page.getByText("The name is free.").waitFor();
  const before = await name.inputValue();
  await page.getByRole("button", { name: "Another name" }).click();
  assert.notEqual(await name.inputValue(), before);
  await name.fill("Staff");
  await page.getByText("There is such a token: it is active.").waitFor();
  assert.ok(await dialog(page).getByRole("button", { name: "Create" }).isDisabled());
  await name.fill("two words");
  await page.getByText("Letters, digits, - and _").waitFor();
  assert.equal(await name.getAttribute("aria-invalid"), "true");
  await name.fill("Neighbours-2026");
  await page.getByText("The name is free.").waitFor();
  await field(page, "Number of uses").fill("12");
  await field(page, "Expires").fill("2030-05-06T07:08");
  await field(page, "Note").fill("the whole street");
  await page.keyboard.press("Enter");
  await dialog(page).getByText("Whoever opens this link").waitFor();
  const created = await demo.token("neighbours-2026");
  assert.deepEqual(
    [created.usage_limit, created.expires_at, created.metadata, created.status],
    [12, Date.parse("2030-05-06T07:08Z"), { note: "the whole street" }, "active"],
  );
  const base = dialog(page).getByLabel("Address of the page");
  await base.fill("javascript:window.ran=1");
  await page.getByText("This is no address").waitFor();
  await base.fill("https://send.example/join?lang=en");
  await dialog(page).getByRole("button", { name: "Copy the link" }).click();
  assert.equal(await copied(page), "https://send.example/join?lang=en&token=neighbours-2026");
  await base.fill("https://send.example/i/{token}/");
  await pressed(page, "Done");
  await page.getByRole("button", { name: "Copy the link of staff" }).click();
  assert.equal(await copied(page), "https://send.example/i/staff/");
  await page.reload();
  await settled(page);
  await page.getByRole("button", { name: "Copy the link of neighbours-2026" }).click();
  assert.equal(await copied(page), "https://send.example/i/neighbours-2026/");
  assert.equal((await names(page))[0], "neighbours-2026", "the newest is first");
  await assertClean(page, seen);
  await context.close();
});

test("many tokens are created from a list, and the refused names are corrected", async () => {
  const { page, seen, context } = await demo.shown("#/tokens");
  await page.getByRole("button", { name: "Create many" }).click();
  await field(page, "Names, one a line").fill("Anna\nanna, berta\n staff no!");
  await page.getByText("“no!” is no name").waitFor();
  await field(page, "Names, one a line").fill("Anna\nanna, berta\n staff");
  await page.getByText("3 names: anna, berta … staff").waitFor();
  await field(page, "Number of uses").fill("0");
  await field(page, "Note").fill("from a list");
  await pressed(page, "Create 3 tokens");
  await page.getByText("2 tokens created, 1 name refused.").waitFor();
  assert.match(
    await page.locator('table[aria-label="What became of each name"] tbody tr').first().textContent(),
    /staff.*exists already/,
  );
  const berta = await demo.token("berta");
  assert.deepEqual([berta.usage_limit, berta.remaining, berta.metadata], [0, -1, { note: "from a list" }]);
  await pressed(page, "Copy the created");
  assert.equal(await copied(page), "anna\nberta");
  await pressed(page, "Correct the refused");
  assert.equal(await field(page, "Names, one a line").inputValue(), "staff");
  await field(page, "Names, one a line").fill("staff-2");
  await pressed(page, "Create 1 token");
  await page.getByText("1 token created.").waitFor();
  const [download] = await Promise.all([page.waitForEvent("download"), pressed(page, "CSV")]);
  assert.equal(readFileSync(await download.path(), "utf8"), "Name,Outcome\r\nstaff-2,created\r\n");
  await pressed(page, "Done");
  await assertClean(page, seen);
  await context.close();
});

test("a thousand tokens are created at once with a prefix, and paged through", async () => {
  const { page, seen, context } = await demo.shown("#/tokens");
  const { total } = await demo.get("/tokens/page?limit=1");
  await page.getByRole("button", { name: "Create many" }).click();
  await page.getByRole("button", { name: "Prefix and random letters" }).click();
  await page.getByText(/^100 names: guest-[a-z2-9]{8}, /).waitFor();
  await page.getByRole("button", { name: "Prefix and numbers" }).click();
  await field(page, "Prefix").fill("Row-");
  await field(page, "How many").fill("1000");
  await page.getByText("1,000 names: row-0001, row-0002 … row-1000").waitFor();
  await pressed(page, "Create 1,000 tokens");
  await page.getByText("1,000 tokens created.").waitFor({ timeout: 30_000 });
  await pressed(page, "Copy the created");
  assert.equal((await copied(page)).split("\n").length, 1000);
  await pressed(page, "Done");
  assert.equal((await demo.get("/tokens/page?limit=1")).total, total + 1000);
  await page.getByLabel("Filter by name").fill("row-");
  await page.getByText("1–50 of 1,000").waitFor();
  await page.getByRole("button", { name: "Name", exact: true }).click();
  await until(async () => (await names(page))[0] === "row-0001");
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByText("51–100 of 1,000").waitFor();
  await until(async () => (await names(page))[0] === "row-0051");
  await page.reload();
  await settled(page);
  assert.equal((await names(page))[0], "row-0051", "the address names the page");
  await page.getByRole("button", { name: "Previous" }).click();
  await until(async () => (await names(page))[0] === "row-0001");
  await page.getByRole("button", { name: "Next" }).click();
  await until(async () => (await names(page))[0] === "row-0051");
  await page.getByLabel("Filter by name").fill("row-00");
  await page.getByText("1–50 of 99").waitFor();
  assert.equal((await names(page)).length, 50);
  const before = Date.now();
  await go(page, "#/tokens?filter=row&status=active");
  assert.ok(Date.now() - before < 3000, `${Date.now() - before} ms`);
  await assertClean(page, seen);
  await context.close();
});

test("a key that only reads sees everything and is offered no change", async () => {
  const closed = await sendAdmin({ keys: true });
  await api(closed.url, "POST", "/tokens/create", { body: '{"token_name":"one"}', key: KEYS.admin });
  const { page, seen, context } = await open(demo.browser, `${closed.url}/admin/#/tokens`);
  await page.getByLabel("API key").fill(KEYS.reader);
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "one", exact: true }).waitFor();
  assert.equal(await page.getByRole("button", { name: /New token|Create many/ }).count(), 0);
  await go(page, "#/token/one");
  await page.getByText("Nobody has used it yet").waitFor();
  assert.equal(await page.getByRole("button", { name: /^(Change|Revoke|Reactivate)$/ }).count(), 0);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("API key").fill(KEYS.writer);
  await page.keyboard.press("Enter");
  await settled(page);
  await go(page, "#/tokens");
  await page.getByRole("button", { name: "New token" }).click();
  assert.ok(await field(page, "Name").evaluate((input) => input === document.activeElement), "the focus is in the first field");
  await field(page, "Name").fill("by-writer");
  await pressed(page, "Create");
  await dialog(page).getByText("Whoever opens").waitFor();
  const made = await api(closed.url, "GET", "/tokens/lookup/by-writer", { key: KEYS.admin });
  assert.equal(made.json.created_by, "writer", "the name of the key");
  await assertClean(page, seen);
  await context.close();
  await closed.stop();
});

test("tokens are walked by keyboard alone", async () => {
  const { page, seen, context } = await demo.shown("#/tokens?status=revoked");
  await page.locator("tbody tr").first().focus();
  for (const key of ["ArrowDown", "End", "Home", "ArrowDown", "Enter"]) await page.keyboard.press(key);
  const second = (await demo.get("/tokens/page?status=revoked&sort=-created_at")).tokens[1].token_name;
  await page.getByRole("heading", { name: second, level: 1 }).waitFor();
  await settled(page);
  await page.getByRole("tab", { name: "Uses" }).focus();
  await page.keyboard.press("ArrowRight");
  await page.getByRole("tab", { name: "Visitors", selected: true }).waitFor();
  await page.goBack();
  await page.getByRole("button", { name: /^Revoked/, pressed: true }).waitFor();
  await assertClean(page, seen);
  await context.close();
});
