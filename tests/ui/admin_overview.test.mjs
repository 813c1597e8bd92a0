// The overview and the transfers of the administrators' UI, and how they and the tokens look.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test, { after, before } from "node:test";
import { startDemo, until } from "./lib/admin.mjs";
import { assertAccessible, assertClean, assertNoSideways, go, open, settled, shoot } from "./lib/browser.mjs";
import { sendAdmin } from "./lib/servers.mjs";

let demo;
let empty;

before(async () => {
  [demo, empty] = await Promise.all([startDemo(), sendAdmin()]);
});
after(() => Promise.all([demo.stop(), empty.stop()]));

test("the overview says in one look what goes on, what needs attention and what it costs, and leads to each", async () => {
  const { page, seen, context } = await demo.shown("");
  const { tokens, costs, today, degraded, missing } = await demo.get("/overview");
  const card = (title) => page.locator(".card", { hasText: title });
  assert.match(await card("Active tokens").textContent(), new RegExp(`${tokens.active}of ${tokens.total}`));
  assert.match(
    await card("Cost this month").textContent(),
    new RegExp(`\\$${Number(costs.month.total_cost).toFixed(2)}of \\$100.00`),
  );
  const hrefs = await page.locator(".card a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  assert.deepEqual(hrefs, ["#/analytics", "#/analytics", "#/transfers", "#/analytics", "#/tokens?status=active", "#/costs"]);
  const attention = page.locator(".attention li");
  const wanted = degraded.length + missing.length + costs.alerts.length + tokens.nearly_used_up_count + tokens.expiring_count;
  assert.equal(await attention.count(), wanted);
  assert.ok(wanted > 5);
  const days = await page.locator('table[aria-label="Today against other days"] tbody tr').first().textContent();
  const { yesterday, week_ago: weekAgo } = await demo.get("/overview");
  assert.match(
    days,
    new RegExp(
      `^Requests[\\d,]+${yesterday.total_requests.toLocaleString("en-US")}${weekAgo.total_requests.toLocaleString("en-US")}$`,
    ),
  );
  assert.ok(today.total_requests >= 0);
  assert.equal(await page.locator('table[aria-label="Latest events"] tbody tr').count(), 10);
  await page.locator(".plot canvas").waitFor();
  await attention.getByRole("link", { name: tokens.nearly_used_up[0].token_name }).click();
  await page.getByRole("heading", { name: tokens.nearly_used_up[0].token_name, level: 1 }).waitFor();
  await page.goBack();
  await page.locator(".card a", { hasText: "Active tokens" }).click();
  await page.getByRole("button", { name: /^Active/, pressed: true }).waitFor();
  await assertClean(page, seen);
  await context.close();
});

test("the last events are shown, also those from before the last five minutes", async () => {
  const overview = await demo.get("/overview");
  const { pulse } = overview;
  const hour = 3_600_000;
  const earlier = pulse.recent_events.slice(0, 4).map((event, at) => ({ ...event, timestamp: Date.now() - (at + 1) * hour }));
  const { page, seen, context } = await demo.shown("#/nothing");
  const json = { ...overview, pulse: { ...pulse, recent_events: [] }, recent_events: earlier };
  await page.route("**/overview", (route) => route.fulfill({ json }));
  await go(page, "#/overview");
  const times = page.locator('table[aria-label="Latest events"] tbody td:first-child');
  assert.deepEqual(await times.allTextContents(), ["1 h ago", "2 h ago", "3 h ago", "4 h ago"]);
  await assertClean(page, seen);
  await context.close();
});

test("figures of the pulse are refreshed, and a failure is told while the old ones stay", async () => {
  const { page, seen, context } = await demo.shown("");
  await page.clock.install();
  await page.reload();
  await settled(page);
  const calls = () => seen.calls.filter((call) => call === "GET /overview").length;
  const before = calls();
  await page.clock.fastForward(11_000);
  await until(() => calls() > before);
  await settled(page);
  await page.route("**/overview", (route) =>
    route.fulfill({ status: 503, headers: { "x-request-id": "the-id-of-it" }, body: "" }),
  );
  await page.clock.fastForward(11_000);
  await page.getByText("not live").waitFor();
  assert.match(await page.locator(".problem").textContent(), /What you see is what was there before.*the-id-of-it/);
  assert.equal(await page.locator('table[aria-label="Latest events"] tbody tr').count(), 10);
  await page.unroute("**/overview");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText(/^live/).waitFor();
  assert.equal(await page.locator(".problem").count(), 0);
  await assertClean(page, seen);
  await context.close();
});

test("transfers are paged newest first, and lead to what happened when and where", async () => {
  const { page, seen, context } = await demo.shown("#/transfers");
  const first = await demo.get("/transfers?limit=25");
  await page.getByText(`${first.total} transfers`).waitFor();
  const ids = () => page.locator("tbody .row-link").allTextContents();
  assert.deepEqual(
    await ids(),
    first.transfers.map((row) => row.transfer_id),
  );
  await page.getByRole("button", { name: "Next" }).click();
  const second = await demo.get(`/transfers?limit=25&cursor=${encodeURIComponent(first.next)}`);
  await until(async () => (await ids()).join() === second.transfers.map((row) => row.transfer_id).join());
  const { transfer_id: id } = second.transfers.find((row) => row.total_downloads > 0) ?? second.transfers[0];
  await page.getByRole("link", { name: id }).click();
  await page.getByRole("heading", { name: id }).waitFor();
  await settled(page);
  const summary = await demo.get(`/transfers/${id}/summary`);
  assert.match(
    await page.locator(".card", { hasText: "Downloads" }).textContent(),
    new RegExp(`Downloads${summary.total_downloads}`),
  );
  assert.equal(await page.locator(".hours .on").count(), summary.active_hours.length);
  assert.equal(await page.locator(".tools .chip").count(), summary.active_countries.length);
  const { events } = await demo.get(`/transfers/${id}/events`);
  assert.equal(await page.locator("tbody tr").count(), events.length);
  await page.goBack();
  await page.getByText("26–50 of").waitFor();
  await assertClean(page, seen);
  await context.close();
});

test("pages are turned back after a reload, what was shown stays when the next one fails, and a place nobody knows is the first", async () => {
  const { page, seen, context } = await demo.shown("#/transfers");
  const next = page.getByRole("button", { name: "Next" });
  for (const from of [26, 51]) {
    await next.click();
    await page.getByText(`${from}–`).waitFor();
  }
  const ids = () => page.locator("tbody .row-link").allTextContents();
  const third = await ids();
  await page.reload();
  await page.getByText("51–").waitFor();
  await settled(page);
  assert.deepEqual(await ids(), third);
  await page.getByRole("button", { name: "Previous" }).click();
  await page.getByText("26–50 of").waitFor();
  const second = await ids();
  await page.route("**/transfers?**", (route) => route.fulfill({ status: 503, body: "" }));
  await next.click();
  await page.locator(".problem").waitFor();
  assert.deepEqual(await ids(), second);
  await page.getByText("26–50 of").waitFor();
  await page.unroute("**/transfers?**");
  await go(page, "#/transfers?transfers-at=25~nonsense");
  await page.getByText("1–25 of").waitFor();
  assert.equal(await page.locator(".problem").count(), 0);
  await assertClean(page, seen);
  await context.close();
});

test("the CSV of a page says that it is one, and no time is nothing; a table whose rows go keeps a stop for the Tab key", async () => {
  for (const name of ["csv-one", "csv-two", "csv-three"]) await demo.post("/tokens/create", { token_name: name });
  const { page, seen, context } = await demo.shown("#/transfers");
  await page.getByRole("button", { name: "CSV of this page" }).waitFor();
  await go(page, "#/tokens?filter=csv-");
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "CSV", exact: true }).click(),
  ]);
  const [head, row] = readFileSync(await file.path(), "utf8").split("\r\n");
  const told = Object.fromEntries(head.split(",").map((title, at) => [title, row.split(",")[at]]));
  assert.deepEqual([told["Last use"], told.Expires], ["", ""]);
  assert.match(told.Created, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  await page.locator("tbody tr").first().focus();
  await page.keyboard.press("End");
  const last = await page.locator("tbody tr").last().textContent();
  await page.locator("[data-filter]").fill(last.includes("csv-one") ? "csv-t" : "csv-one");
  await until(async () => (await page.locator("tbody tr").count()) < 3);
  await until(async () => (await page.locator('tbody tr[tabindex="0"]').count()) === 1);
  await assertClean(page, seen);
  await context.close();
});

test("each page opens with three calls at most, is accessible in both themes, and no wider than the window", async () => {
  const [{ transfer_id: id }] = (await demo.get("/transfers?limit=1")).transfers;
  const pages = [
    ["overview", ""],
    ["tokens", "#/tokens"],
    ["token", "#/token/podcast-listeners"],
    ["token-refused", "#/token/first-ten?tab=refused"],
    ["transfers", "#/transfers"],
    ["transfer", `#/transfer/${id}`],
  ];
  const bare = [...pages.filter(([name]) => /s$|overview/.test(name)), ["token-none", "#/token/none"]];
  const all = [
    [demo.url, pages],
    [empty.url, bare.map(([name, fragment]) => [`empty-${name}`, fragment])],
  ];
  for (const colorScheme of ["light", "dark"]) {
    for (const [url, shown] of all) {
      const { page, seen, context } = await open(demo.browser, `${url}/admin/#/`, { colorScheme, reducedMotion: "reduce" });
      for (const [name, fragment] of shown) {
        // As it is opened from a bookmark: with the call for the session.
        await go(page, fragment);
        seen.calls.length = 0;
        await page.reload();
        await settled(page);
        assert.ok(seen.calls.length > 0 && seen.calls.length <= 3, `${name}: ${seen.calls}`);
        await assertAccessible(page, `${name} in ${colorScheme}`);
        await shoot(page, `admin-${name}-${colorScheme}`);
        for (const width of [2000, 1024, 360]) {
          await page.setViewportSize({ width, height: 800 });
          await assertNoSideways(page, `${name} at ${width} px`);
        }
        await shoot(page, `admin-${name}-${colorScheme}-360`);
        await page.setViewportSize({ width: 1280, height: 800 });
      }
      await assertClean(page, seen);
      await context.close();
    }
    const { page, seen, context } = await demo.shown("#/tokens?filter=staff", { colorScheme });
    for (const [button, what] of [
      ["New token", "new"],
      ["Create many", "many"],
      ["Copy the link of staff", "share"],
    ]) {
      await page.getByRole("button", { name: button, exact: true }).click();
      await assertAccessible(page, `${what} in ${colorScheme}`);
      await shoot(page, `admin-${what}-${colorScheme}`);
      await page.setViewportSize({ width: 360, height: 800 });
      await assertNoSideways(page, what);
      await page.setViewportSize({ width: 1280, height: 800 });
      await page.keyboard.press("Escape");
    }
    await assertClean(page, seen);
    await context.close();
  }
});
