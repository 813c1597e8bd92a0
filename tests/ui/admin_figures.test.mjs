// Analytics, costs, system and cache of administrators: what they show is what the API says, and what they do has happened there.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test, { after, before } from "node:test";
import { assertAccessible, assertClean, assertNoSideways, go, launch, open, settled, shoot } from "./lib/browser.mjs";
import { api, KEYS, sendAdmin, sendDemo } from "./lib/servers.mjs";

const DAY = 86_400_000;
const SCRIPT = "<script>window.ran=1</script><img src=x onerror='window.ran=1'>\u202e";
const dayOf = (at) => new Date(at).toISOString().slice(0, 10);

let browser;
let demo;
let empty;
let locked;

before(async () => {
  [browser, demo, empty, locked] = await Promise.all([launch(), sendDemo(), sendAdmin(), sendAdmin({ keys: true })]);
  // What is added up for the first time takes long where the machine has much else to do.
  for (const path of ["/costs/series/daily?last=62", "/analytics/series/hourly?last=336"]) await api(demo.url, "GET", path);
});
after(async () => {
  await Promise.all([browser.close(), demo.stop(), empty.stop(), locked.stop()]);
});

async function admin(fragment, server = demo, options = {}) {
  const opened = await open(browser, `${server.url}/admin/${fragment}`, options);
  await settled(opened.page);
  return opened;
}
async function end({ page, seen, context }) {
  await assertClean(page, seen);
  await context.close();
}
const get = async (path, server = demo) => (await api(server.url, "GET", path)).json;
const card = (page, title) => page.locator("article.card", { has: page.getByRole("heading", { name: title, exact: true }) });
const figure = async (page, title) => (await card(page, title).locator(".big").textContent()).trim();
async function saved(page, within) {
  const [file] = await Promise.all([page.waitForEvent("download"), within.getByRole("button", { name: "CSV" }).click()]);
  return readFileSync(await file.path(), "utf8")
    .trim()
    .split("\r\n");
}

/** A file of the cache, deep enough. */
const FILE = "#/cache/tokens/data/key-based/alumni/alumni.json?as=file";
const pages = [
  ["costs", "#/costs"],
  ["system", "#/system"],
  ["system-storage", "#/system?tab=storage"],
  ["system-retention", "#/system?tab=retention"],
  ["system-audit", "#/system?tab=audit"],
  ["cache", "#/cache"],
  ["cache-folder", "#/cache/tokens/data/key-based"],
  ["cache-file", FILE],
  ["analytics", "#/analytics"],
  ["analytics-7d", "#/analytics?range=7d&show=durations"],
];

test("every page of figures is accessible in both themes and at 360 px, fits 360 and 2000 px, and opens with three calls at most", async () => {
  const opened = await admin("#/system?tab=audit", demo, { reducedMotion: "reduce" });
  const { page, seen } = opened;
  for (const [name, fragment] of pages) {
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.emulateMedia({ colorScheme: "light" });
    await go(page, fragment);
    // As it is opened from a bookmark: with the call for the session.
    seen.calls.length = 0;
    await page.reload();
    await settled(page);
    assert.ok(seen.calls.length <= 3, `${name}: ${seen.calls}`);
    await shoot(page, `admin-${name}-light`);
    await page.setViewportSize({ width: 2000, height: 800 });
    await assertNoSideways(page, `${name} at 2000 px`);
    await page.setViewportSize({ width: 360, height: 800 });
    await assertNoSideways(page, `${name} at 360 px`);
    await assertAccessible(page, `${name} at 360 px`);
    await shoot(page, `admin-${name}-light-360`);
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.emulateMedia({ colorScheme: "dark" });
    await page.waitForFunction(() => document.documentElement.dataset.theme === "dark");
    await assertAccessible(page, `${name} in dark colours`);
    await shoot(page, `admin-${name}-dark`);
  }
  await end(opened);
});

test("a range of whole days shows what the API says of it, against the days before", async () => {
  const [from, to] = [dayOf(Date.now() - 6 * DAY), dayOf(Date.now() - 4 * DAY)];
  const { windows } = await get(`/analytics/series/daily?from=${dayOf(Date.now() - 9 * DAY)}&to=${to}`);
  const sum = (of, field) => of.reduce((all, window) => all + window[field], 0);
  const [then, now] = [windows.slice(0, 3), windows.slice(3)];
  const opened = await admin(`#/analytics?range=any&from=${from}&to=${to}`);
  const { page } = opened;
  const exact = async (title) => (await card(page, title).locator(".big").getAttribute("title")).replaceAll(",", "");
  assert.equal(await exact("Requests"), String(sum(now, "total_requests")));
  assert.equal(await exact("Visitors"), String(sum(now, "unique_visitors")));
  assert.equal(await exact("Transfers"), String(sum(now, "completed_transfers")));
  assert.equal(await exact("Bytes"), String(sum(now, "total_bytes")));
  const change = Math.round((sum(now, "total_requests") / sum(then, "total_requests") - 1) * 100);
  assert.match(
    await card(page, "Requests").locator(".note").textContent(),
    new RegExp(`${Math.abs(change)}% on the time before`),
  );
  const paths = new Map();
  for (const { value, count } of now.flatMap((window) => window.top_paths)) paths.set(value, (paths.get(value) ?? 0) + count);
  const [[path, count]] = [...paths].sort((one, other) => other[1] - one[1]);
  const first = page.getByRole("list", { name: "Top paths" }).locator("li").first();
  assert.equal((await first.textContent()).trim(), `${path}${count.toLocaleString("en-US")}`);
  await card(page, "Errors").getByRole("link").click();
  const chart = page.locator("section", { has: page.getByRole("heading", { name: "Errors by half hour" }) });
  const [head, ...rows] = await saved(page, chart);
  assert.equal(head, "Time,errors,before");
  assert.equal(rows.length, 144);
  assert.equal(
    sum(
      rows.map((row) => ({ errors: Number(row.split(",")[1]) })),
      "errors",
    ),
    sum(now, "error_count"),
  );
  await chart.getByRole("button", { name: "Table" }).click();
  assert.equal(await chart.locator("tbody tr").count(), 100, "the first page of them");
  await end(opened);
});

test("windows that run are marked as live, and a part of a chart is looked at closer by dragging, and Back leads back", async () => {
  const opened = await admin("#/analytics?range=30d");
  const { page } = opened;
  await page.getByText(/^live ·/).waitFor();
  await page.getByText("still counted").waitFor();
  const box = await page.locator(".plot .u-over").boundingBox();
  await page.mouse.move(box.x + box.width * 0.6, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.72, box.y + 60, { steps: 5 });
  await page.mouse.up();
  await page.getByRole("heading", { name: "Requests by half hour" }).waitFor();
  assert.match(page.url(), /range=any/);
  await settled(page);
  assert.equal(await page.getByText("still counted").count(), 0, "what is over is not live");
  await page.goBack();
  await page.getByRole("heading", { name: "Requests by day" }).waitFor();
  await settled(page);
  await page.getByRole("button", { name: "Table" }).click();
  assert.equal(await page.locator("tbody tr", { hasText: "live" }).count(), 1);
  await page.getByRole("button", { name: "Any" }).click();
  await page.getByLabel("from").fill(dayOf(Date.now() - 2 * DAY));
  await page.getByLabel("from").blur();
  await page.waitForFunction((day) => location.hash.includes(`from=${day}`), dayOf(Date.now() - 2 * DAY));
  await end(opened);
});

test("a day is entered by hand and corrected, and what was collected of its use stays known", async () => {
  const day = dayOf(Date.now() - 70 * DAY);
  const other = dayOf(Date.now() - 3 * DAY);
  const opened = await admin("#/costs");
  const { page } = opened;
  const dialog = page.locator("dialog");
  await page.getByRole("button", { name: "Enter a day" }).click();
  await dialog.getByLabel("Day").fill(day);
  await dialog.getByText("Nothing is recorded of this day yet.").waitFor();
  await dialog.getByLabel("Total").fill("1.25");
  await dialog.getByLabel(/Services/).fill("nonsense");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.getByText("This is no service with its amount: nonsense").waitFor();
  assert.equal((await api(demo.url, "GET", `/costs/records/${day}`)).status, 404, "what was refused is not recorded");
  await dialog.getByLabel(/Services/).fill("AWS Lambda 1\nAmazon S3: 0.25");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "detached" });
  const recorded = await get(`/costs/records/${day}`);
  assert.deepEqual([recorded.total, recorded.by_service["Amazon S3"].amount], ["1.25", "0.25"]);

  const kept = { amount: "2", usage_quantity: "7", usage_unit: "GB" };
  const before = {
    currency: "USD",
    total: "2",
    by_service: { [SCRIPT.slice(0, -1)]: kept },
    by_usage_type: { "EU-Requests": { amount: "2" } },
  };
  assert.equal((await api(demo.url, "POST", `/costs/${other}`, { body: JSON.stringify(before) })).status, 200);
  await page.reload();
  await settled(page);
  await page.getByRole("button", { name: `Change ${other}` }).click();
  await dialog.getByText("It is recorded: what you save replaces it.").waitFor();
  await dialog.getByLabel("Total").fill("30");
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByText(`${other} is changed.`).waitFor();
  const changed = await get(`/costs/records/${other}`);
  assert.equal(changed.total, "30");
  assert.deepEqual(changed.by_service[SCRIPT.slice(0, -1)], kept);
  assert.equal(changed.by_usage_type["EU-Requests"].amount, "2");
  await settled(page);
  const { costs } = await get("/overview");
  assert.equal(
    await card(page, "This month").locator(".big").getAttribute("title"),
    costs.month.total_cost,
    "the month is read again",
  );
  assert.equal(await page.locator("main script, main img").count(), 0);
  await end(opened);
});

test("costs are collected on demand, and a source that cannot be asked is told of with the request's id", async () => {
  const opened = await admin("#/costs?by=weekly");
  const { page } = opened;
  const { costs } = await get("/overview");
  assert.equal(await page.locator("section", { hasText: "Alerts" }).locator(".dot.bad").count(), costs.alerts.length);
  await page.getByRole("button", { name: "Collect now" }).click();
  await assertAccessible(page, "the question before costs are collected");
  await page.getByRole("button", { name: "Ask AWS" }).click();
  await page.getByText(/the source of costs cannot be asked/).waitFor();
  const request = await page.locator("dialog .problem code").textContent();
  const { records } = await get("/audit?limit=1");
  assert.deepEqual([records[0].operation, records[0].request_id], ["collect_costs", request]);
  await page.keyboard.press("Escape");
  const weeks = await get("/costs/series/weekly?last=26");
  const table = page.locator("section", { has: page.getByRole("heading", { name: "Weeks", exact: true }) });
  const recorded = weeks.windows.filter((window) => window.days_recorded > 0);
  assert.equal((await saved(page, table)).length, recorded.length + 1);
  await end(opened);
});

test("the state of the system is told, tab by tab, by keyboard", async () => {
  const opened = await admin("#/system");
  const { page } = opened;
  assert.equal(await figure(page, "Cache"), "healthy");
  assert.equal(await figure(page, "Recorders"), "2");
  await page.getByRole("link", { name: "send-app-1" }).or(page.getByText("send-app-1")).waitFor();
  await page.getByRole("tab", { name: "Health" }).focus();
  await page.keyboard.press("ArrowRight");
  await settled(page);
  const stats = await get("/admin/stats");
  assert.equal(await figure(page, "Tokens"), String(stats.tokens));
  assert.equal(await page.locator("tbody tr").count(), stats.namespaces.length);
  await page.getByRole("tab", { name: "Audit log" }).click();
  await settled(page);
  const rows = await page.locator("tbody tr").count();
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByText(new RegExp(`^${rows + 1}–`)).waitFor();
  await end(opened);
});

test("the cache is walked through from a namespace to a file and its entry, and nothing of it can be changed", async () => {
  const hostile = JSON.stringify({ token_name: "hostile", usage_limit: 1, created_by: "x", metadata: { note: SCRIPT } });
  assert.ok((await api(demo.url, "POST", "/tokens/create", { body: hostile })).status < 300);
  const opened = await admin("#/cache");
  const { page } = opened;
  for (const name of ["tokens", "tokens/data", "key-based", "hostile"]) {
    await page
      .getByRole("link", { name: name.split("/").at(-1), exact: true })
      .locator("visible=true")
      .last()
      .click();
    await page.getByRole("heading", { level: 1, name: name.split("/").at(-1) }).waitFor();
    await settled(page);
  }
  await page.getByRole("link", { name: "hostile.json", exact: true }).click();
  await page.locator(".json").waitFor();
  const text = await page.locator(".json").textContent();
  assert.ok(text.includes("<script>window.ran=1</script>") && text.includes("⟨202E⟩"), text);
  await page.getByRole("button", { name: "Source" }).click();
  assert.match(await page.locator(".source").textContent(), /<script>window.ran=1/);
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download" }).click()]);
  const { content } = await get("/cache/file/tokens/data/key-based/hostile/hostile.json");
  assert.equal(readFileSync(await file.path(), "utf8"), content);
  await page.getByRole("link", { name: /^[0-9a-f-]{36}$/ }).click();
  await page.getByRole("heading", { name: "Metadata" }).waitFor();
  await settled(page);
  await assertAccessible(page, "an entry");
  await shoot(page, "admin-cache-entry");
  await go(page, "#/cache/tokens/nothing/of/the/kind?as=file");
  await page.getByText(/there is no file/).waitFor();
  for (const name of [SCRIPT, "..", "%", "x".repeat(2000)]) {
    await page.evaluate(
      (to) => {
        location.hash = to;
      },
      `#/cache/${encodeURIComponent(name)}?as=file`,
    );
    await page.waitForLoadState("networkidle");
    await assertNoSideways(page, name.slice(0, 60));
  }
  assert.equal(await page.locator("main script, main img").count(), 0);
  await end(opened);
});

test("retention is planned by a dry run, and deletes when that is confirmed by typing", async () => {
  const opened = await admin("#/system?tab=retention");
  const { page } = opened;
  const dialog = page.locator("dialog");
  const entries = async () => (await get("/admin/stats")).namespaces.find(({ namespace }) => namespace === "analytics").entries;
  const before = await entries();
  await page.getByRole("button", { name: "Plan a run" }).click();
  await assertAccessible(page, "the form of a run");
  await dialog.getByLabel("Events", { exact: true }).fill("4");
  await dialog.getByRole("button", { name: "Dry run" }).click();
  await dialog.getByRole("heading", { name: /^Delete .* entries\?$/ }).waitFor();
  await assertAccessible(page, "what a run would delete");
  await shoot(page, "admin-retention-dry");
  const [dry] = (await get("/admin/retention?limit=1")).runs;
  assert.deepEqual([dry.dry_run, dry.policy.raw], [true, 4]);
  const act = dialog.getByRole("button", { name: "Delete them" });
  assert.equal(await act.isDisabled(), true);
  assert.ok((await entries()) >= before, "a dry run deletes nothing");
  await dialog.getByRole("textbox", { name: "Type delete to confirm" }).fill("delete");
  await act.click();
  await page.getByText(/^Deleted [\d,]+ entries\.$/).waitFor({ timeout: 20_000 });
  const [real] = (await get("/admin/retention?limit=1")).runs;
  assert.equal(real.dry_run, false);
  assert.ok(real.levels[0].deleted > 100, JSON.stringify(real.levels[0]));
  await page.getByRole("cell", { name: "real" }).waitFor();
  await page.getByRole("button", { name: "Show" }).first().click();
  await dialog.getByText("A real run.").waitFor();
  await end(opened);
});

test("where nothing is, it is told what would be there", async () => {
  for (const [fragment, text] of [
    ["#/analytics", "Nothing was recorded in this time"],
    ["#/costs", "No costs are recorded in this time"],
    ["#/system", /^No recorder has spoken yet$/],
    ["#/system?tab=retention", "Nothing was deleted yet"],
    ["#/system?tab=audit", "Nobody has changed anything yet"],
  ]) {
    const opened = await admin(fragment, empty);
    await opened.page.getByText(text).waitFor();
    await end(opened);
  }
});

test("a key that only reads sees the figures, and nothing that changes something", async () => {
  const opened = await open(browser, `${locked.url}/admin/#/costs`);
  const { page } = opened;
  await page.getByLabel("API key").fill(KEYS.reader);
  await page.keyboard.press("Enter");
  await page.getByText("No costs are recorded in this time").waitFor();
  assert.equal(await page.getByRole("button", { name: /Enter a day|Collect now/ }).count(), 0);
  assert.equal(await page.getByRole("link", { name: "Cache" }).count(), 0);
  const dry = await api(locked.url, "POST", "/admin/retention?dry_run=true", { key: KEYS.admin, body: "{}" });
  assert.equal(dry.status, 200, dry.text);
  await go(page, "#/system?tab=retention");
  assert.equal(await page.getByRole("button", { name: "Plan a run" }).count(), 0);
  // What the next run would delete is told by the last dry one.
  await page.getByRole("button", { name: "Show" }).click();
  await page.getByText("A dry run: nothing was deleted.").waitFor();
  assert.equal(await page.locator('table[aria-label="Levels"] tbody tr').count(), dry.json.levels.length);
  await page.keyboard.press("Escape");
  await go(page, "#/cache");
  await page.locator(".problem").waitFor();
  await end(opened);
});

test("figures that cannot be read are told of with the request's id, stay as they were, and are tried again", async () => {
  const opened = await admin("#/analytics?range=24h");
  const { page } = opened;
  const shown = await figure(page, "Transfers");
  let isFailing = true;
  const failure = {
    status: 503,
    headers: { "x-request-id": "an-id-for-the-log" },
    body: '{"detail":"the cache is unavailable"}',
  };
  await page.route("**/analytics/series/**", (route) => (isFailing ? route.fulfill(failure) : route.continue()));
  await page.getByRole("button", { name: "7 days" }).click();
  await page.getByText("The figures: the cache is unavailable").waitFor();
  await page.getByText("an-id-for-the-log").waitFor();
  isFailing = false;
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("heading", { name: "Requests by hour" }).waitFor();
  assert.notEqual(await figure(page, "Transfers"), shown);
  await end(opened);
});
