// Figures of the administrators' UI where days are deleted, zones differ, amounts are odd, or the service is slow.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test, { after, before } from "node:test";
import { dialog, field, startDemo, until } from "./lib/admin.mjs";
import { assertClean, go, open, settled } from "./lib/browser.mjs";
import { api, sendAdmin } from "./lib/servers.mjs";

const DAY = 86_400_000;
const dayOf = (at) => new Date(at).toISOString().slice(0, 10);
const ago = (days) => dayOf(Date.now() - days * DAY);
const sum = (of, name) => of.reduce((all, window) => all + window[name], 0);

let demo;
let empty;

before(async () => {
  [demo, empty] = await Promise.all([startDemo(), sendAdmin()]);
});
after(() => Promise.all([demo.stop(), empty.stop()]));

const card = (page, title) => page.locator("article.card", { has: page.getByRole("heading", { name: title, exact: true }) });
const note = (page, title) => card(page, title).locator(".note").textContent();
const exact = async (page, title) => (await card(page, title).locator(".big").getAttribute("title")).replaceAll(",", "");
async function lines(page, within) {
  const [file] = await Promise.all([page.waitForEvent("download"), within.getByRole("button", { name: /^CSV/ }).click()]);
  return readFileSync(await file.path(), "utf8")
    .trim()
    .split("\r\n");
}
const panel = (page, name) => page.locator("section", { has: page.getByRole("heading", { name, exact: true }) });

test("where short windows are deleted, longer ones are shown, and nothing is compared with a period that is half deleted", async () => {
  const run = await demo.post("/admin/retention?dry_run=false", { half_hours: 5 });
  assert.ok(run.json.levels.find(({ level }) => level === "30min").deleted > 10, run.text);
  const { page, seen, context } = await demo.shown(`#/analytics?range=any&from=${ago(9)}&to=${ago(7)}`);
  await page.getByRole("heading", { name: "Requests by hour" }).waitFor();
  const days = await demo.get(`/analytics/series/daily?from=${ago(9)}&to=${ago(7)}`);
  assert.equal(await exact(page, "Requests"), String(sum(days.windows, "total_requests")));
  assert.ok(sum(days.windows, "total_requests") > 0);
  // All of these half hours are there, but not all of those before.
  await go(page, `#/analytics?range=any&from=${ago(4)}&to=${ago(3)}`);
  await page.getByRole("heading", { name: "Requests by half hour" }).waitFor();
  assert.doesNotMatch(await note(page, "Requests"), /the time before/);
  const { windows } = await demo.get(`/analytics/series/daily?from=${ago(6)}&to=${ago(3)}`);
  const [then, now] = [windows.slice(0, 2), windows.slice(2)].map((of) => sum(of, "unique_visitors"));
  assert.equal(await exact(page, "Visitors"), String(now));
  const change = Math.abs(Math.round((now / then - 1) * 100));
  assert.match(await note(page, "Visitors"), new RegExp(`[−+±]${change}% on the time before`), "days are compared with days");
  await assertClean(page, seen);
  await context.close();
});

test("the range that is shown is said, also where another one was asked for", async () => {
  const { page, seen, context } = await demo.shown(`#/analytics?range=any&from=${ago(2)}&to=${ago(3)}`);
  await page.getByText(`By half hour from ${ago(3)} 00:00 to ${ago(2)} 23:30 UTC.`).waitFor();
  await go(page, `#/analytics?range=any&from=${ago(250)}&to=${ago(1)}`);
  await page.getByText(`By month from ${ago(250).slice(0, 7)} to ${ago(1).slice(0, 7)} UTC.`).waitFor();
  await go(page, "#/analytics?range=7d");
  await page.getByText(`By hour from ${ago(6)} 00:00 to ${ago(0)} 23:00 UTC.`).waitFor();
  await assertClean(page, seen);
  await context.close();
});

test("days are days of UTC in every zone", async () => {
  const { page, seen, context } = await demo.shown("#/analytics?range=30d", { timezoneId: "America/Los_Angeles" });
  await page.getByRole("button", { name: /Times in/ }).click();
  const day = (at) =>
    new Date(at).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  await page.getByRole("button", { name: "Table" }).click();
  const times = () => page.locator(".panel").first().locator("tbody tr td:first-child").allTextContents();
  const shown = await times();
  assert.deepEqual([shown[0], shown.length], [day(Date.now() - 29 * DAY), 30]);
  assert.equal(shown.at(-1), `${day(Date.now())} live`);
  await go(page, "#/costs");
  await page.getByRole("button", { name: "Table" }).click();
  assert.ok((await times()).some((time) => time.startsWith(day(Date.now() - DAY))));
  await assertClean(page, seen);
  await context.close();
});

test("the form of a day's costs shows what is recorded of that day, and nothing of another", async () => {
  const { page, seen, context } = await demo.shown("#/costs");
  await page.getByRole("button", { name: "Enter a day" }).click();
  await field(page, "Day").fill(ago(3));
  await dialog(page)
    .getByText(/It is recorded.*Collected \d+ \w+ \d{4}, \d\d:\d\d\./)
    .waitFor();
  await until(async () => (await field(page, "Total").inputValue()) !== "");
  await field(page, "Day").fill(ago(90));
  await dialog(page).getByText("Nothing is recorded of this day yet.").waitFor();
  assert.equal(await field(page, "Total").inputValue(), "");
  assert.equal(
    await dialog(page)
      .getByLabel(/Services/)
      .inputValue(),
    "",
  );
  await assertClean(page, seen);
  await context.close();
});

test("amounts are saved as they are recorded, no service is made of dust, and a window that runs is not divided", async () => {
  const day = ago(4);
  const services = { A: { amount: "0.1" }, B: { amount: "0.2" } };
  const record = async (total, by_service) =>
    api(empty.url, "POST", `/costs/${day}`, { body: JSON.stringify({ currency: "USD", total, by_service }) });
  assert.equal((await record("0.3", services)).status, 200);
  const opened = await open(demo.browser, `${empty.url}/admin/#/costs`);
  const { page } = opened;
  await settled(page);
  assert.deepEqual(await page.locator(".reading span:has(> i)").allTextContents(), ["B", "A"]);
  const amount = "-12345678.000000001";
  assert.equal((await record(amount, { ...services, C: { amount: "-12345678.300000001" } })).status, 200);
  await page.reload();
  await settled(page);
  const rows = await lines(page, panel(page, "Days"));
  assert.deepEqual(
    rows.map((row) => row.split(",").slice(0, 2)),
    [
      ["When", "Cost"],
      [day, amount],
    ],
  );
  await assertClean(page, opened.seen);
  await opened.context.close();

  for (const by of ["weekly", "monthly"]) {
    const shown = await demo.shown(`#/costs?by=${by}`);
    const { windows } = await demo.get(`/costs/series/${by}?last=26`);
    const newest = windows.findLast((window) => window.complete && window.total_requests > 0);
    const told = newest?.window_key ?? "no whole month to divide";
    assert.equal(await note(shown.page, "Per request"), told);
    assert.ok(windows.at(-1).total_requests > 0 && !windows.at(-1).complete);
    await shown.context.close();
  }
});

test("what is cut is not shown, copied or saved under its name", async () => {
  const { page, seen, context } = await demo.shown("#/cache");
  const content = `{"a":"${"x".repeat(262_138)}`;
  const file = { path: "tokens/data/long.json", cache_id: null, content, encoding: "utf-8", bytes: 262_144, truncated: true };
  await page.route("**/cache/file/**", (route) => route.fulfill({ json: file }));
  await go(page, "#/cache/tokens/data/long.json?as=file");
  await page.getByText("Too long to be shown").waitFor();
  assert.equal(await page.getByRole("button", { name: "Copy" }).count(), 0);
  assert.equal(await page.locator(".source").count(), 0);
  const [part] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download the first 262 kB" }).click(),
  ]);
  assert.equal(part.suggestedFilename(), "long.json.part");
  const entry = { metadata: {}, content: null, too_long: true, data_files: [] };
  await page.route("**/cache/entry/**", (route) => route.fulfill({ json: entry }));
  await go(page, "#/cache/tokens/00000000-0000-4000-8000-000000000000?as=entry");
  await page.getByText("Too long to be shown: look at its file.").waitFor();
  await go(page, "#/cache/tokens?as=constructor");
  await page.getByRole("heading", { name: "Folders" }).waitFor();
  await assertClean(page, seen);
  await context.close();
});

test("a recorder that was killed days ago is told of, and nothing is red for it", async () => {
  const { page, seen, context } = await demo.shown("#/analytics");
  const { recorders } = await demo.get("/info/recorders");
  recorders[1] = { ...recorders[1], silent: true, forgotten: true };
  await page.route("**/info/recorders", (route) => route.fulfill({ json: { recorders } }));
  await go(page, "#/system");
  await page.locator("tbody .chip", { hasText: "gone" }).waitFor();
  assert.equal(await note(page, "Recorders"), "record now");
  recorders[1].forgotten = false;
  await page.reload();
  await settled(page);
  assert.equal(await note(page, "Recorders"), "1 not as it should be");
  await assertClean(page, seen);
  await context.close();
});

test("an answer that takes too long is not called an outage, and is not asked for again at once", async () => {
  const { page, seen, context } = await demo.shown("#/nothing");
  // Time goes faster.
  await page.addInitScript(() => {
    const [timeout, later] = [AbortSignal.timeout.bind(AbortSignal), window.setTimeout.bind(window)];
    AbortSignal.timeout = (longest) => timeout(longest === 70_000 ? 300 : longest);
    window.setTimeout = (act, wait, ...more) => later(act, wait < 10_000 ? wait : wait / 20, ...more);
  });
  await page.route("**/analytics/series/hourly**", () => {});
  await page.evaluate(() => {
    location.hash = "#/overview";
  });
  await page.reload();
  await page.getByText("The hours: The service did not answer in time.").waitFor();
  const calls = (what) => seen.calls.filter((call) => call === `GET ${what}`).length;
  const [hours, overviews] = [calls("/analytics/series/hourly"), calls("/overview")];
  await until(() => calls("/overview") > overviews);
  await page.getByText(/^live ·/).waitFor();
  await page.waitForTimeout(300);
  assert.equal(calls("/analytics/series/hourly"), hours);
  assert.equal(await page.getByText("cannot be reached").count(), 0);
  await assertClean(page, seen);
  await context.close();
});
