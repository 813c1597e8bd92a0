// Signing in and out, and what a session may.

import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { assertClean, go, launch, open, settled } from "./lib/browser.mjs";
import { fill } from "./lib/console_data.mjs";
import { api, COOKIE, cacheServer, KEYS, sendAdmin, ticket } from "./lib/servers.mjs";

let browser;
let server;
let entries;

before(async () => {
  [browser, server] = await Promise.all([launch(), cacheServer({ keys: true })]);
  entries = await fill(server.url, KEYS.admin);
});
after(async () => {
  await Promise.all([browser.close(), server.stop()]);
});

async function signIn(page, key) {
  await page.getByLabel("API key").fill(key);
  await page.getByRole("button", { name: "Sign in" }).click();
}

test("a key opens the console, is kept nowhere in the browser, and signing out closes it", async () => {
  const { page, seen, context } = await open(browser, `${server.url}/console/#/namespace/reports`);
  await signIn(page, KEYS.admin);
  await settled(page);
  assert.equal(await page.locator("h1").textContent(), "reports", "it goes on where the address led");
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
  const [cookie] = await context.cookies();
  assert.ok(!kept.includes(KEYS.admin) && !kept.includes(cookie.value), kept);
  assert.deepEqual([cookie.name, cookie.httpOnly, cookie.sameSite, cookie.path], [COOKIE, true, "Strict", "/"]);
  assert.ok(!cookie.value.includes(KEYS.admin));

  await page.reload();
  await settled(page);
  assert.equal(await page.locator("h1").textContent(), "reports", "a reload needs no key");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("API key").waitFor();
  assert.deepEqual(await context.cookies(), []);
  await page.reload();
  await page.getByLabel("API key").waitFor();
  await assertClean(page, seen);
  await context.close();
});

test("a wrong key is refused in words, and the right one works after it", async () => {
  const { page, seen, context } = await open(browser, `${server.url}/console/`);
  await signIn(page, "not-a-key");
  await page.getByText("This is no key of the service").waitFor();
  assert.deepEqual(await context.cookies(), []);
  await signIn(page, KEYS.reader);
  await page.getByRole("heading", { name: "Namespaces" }).waitFor();
  await assertClean(page, seen);
  await context.close();
});

for (const [what, value] of [
  ["expired", ticket("admin", Date.now() - 1000)],
  ["tampered with", ticket("admin", Date.now() + 3_600_000, { broken: true })],
  ["no ticket at all", "..."],
]) {
  test(`a ticket that is ${what} leads to the sign-in`, async () => {
    const { page, seen, context } = await open(browser, `${server.url}/console/`, { cookie: { name: COOKIE, value } });
    await page.getByLabel("API key").waitFor();
    await assertClean(page, seen);
    await context.close();
  });
}

test("a good ticket opens the console, and when it is taken away the sign-in says so and goes on at the same page", async () => {
  const value = ticket("admin", Date.now() + 3_600_000);
  const { page, seen, context } = await open(browser, `${server.url}/console/`, { cookie: { name: COOKIE, value } });
  await page.getByRole("heading", { name: "Namespaces" }).waitFor();
  await settled(page);
  await context.clearCookies();
  await page.evaluate(() => {
    location.hash = "#/namespace/media";
  });
  await page.getByText("Your session has ended").waitFor();
  await signIn(page, KEYS.reader);
  await page.getByRole("heading", { name: "media" }).waitFor();
  await assertClean(page, seen);
  await context.close();
});

test("a key that only reads is shown nothing that changes things, and the API refuses it too", async () => {
  const { page, seen, context } = await open(browser, `${server.url}/console/`);
  await signIn(page, KEYS.reader);
  await settled(page);
  for (const fragment of [
    "#/namespaces",
    "#/namespace/reports/monthly/2026/may",
    `#/entry/reports/${entries.json.cache_id}`,
    "#/server",
    "#/search",
  ]) {
    await go(page, fragment);
    const names = await page.locator("main button").allTextContents();
    const changing = names.filter((name) => /delete|store an|update/i.test(name));
    assert.deepEqual(changing, [], fragment);
    assert.equal(await page.getByRole("button", { name: /delete/i }).count(), 0, fragment);
  }
  const refused = await page.evaluate(
    async (id) => (await fetch(`../reports/delete/${id}`, { method: "DELETE" })).status,
    entries.json.cache_id,
  );
  assert.equal(refused, 403);
  assert.equal(
    (await api(server.url, "GET", `/reports/retrieve/${entries.json.cache_id}/json`, { key: KEYS.admin })).status,
    200,
  );
  await assertClean(page, seen);
  await context.close();
});

test("the admin UI of send-admin is opened by its own key and shows the pulse", async () => {
  const admin = await sendAdmin({ keys: true });
  try {
    const { page, seen, context } = await open(browser, `${admin.url}/`);
    assert.equal(new URL(page.url()).pathname, "/admin/");
    await signIn(page, KEYS.admin);
    await settled(page);
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    assert.equal((await context.cookies())[0].name, "send-admin-session");
    await assertClean(page, seen);
    await context.close();
  } finally {
    await admin.stop();
  }
});
