// The server's page draws what the server has answered: from its second look at the metrics on.

import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { assertAccessible, assertClean, assertNoSideways, launch, open, settled, shoot } from "./lib/browser.mjs";
import { api, cacheServer } from "./lib/servers.mjs";

let browser;
let server;

before(async () => {
  [browser, server] = await Promise.all([launch(), cacheServer()]);
});
after(async () => {
  await Promise.all([browser.close(), server.stop()]);
});

test("the server's page shows requests and how long they took, as they come", async () => {
  const { page, seen, context } = await open(browser, `${server.url}/console/#/server`);
  await settled(page);
  await page.getByRole("tab", { name: "Requests" }).click();
  await page.getByText("What comes from now on is drawn here").waitFor();
  for (let number = 0; number < 30; number += 1) await api(server.url, "GET", "/info/status");
  const requests = page.locator("section", { hasText: "Requests a second" }).first();
  await requests.waitFor({ timeout: 30_000 });
  await page.getByText("Time until answers began").waitFor();
  await assertAccessible(page, "requests");
  await shoot(page, "server-requests");
  await requests.getByRole("button", { name: "Table" }).click();
  const rate = Number(await requests.locator("tbody tr").first().locator("td").nth(1).textContent());
  assert.ok(rate > 0.5 && rate <= 30, `${rate} requests a second`);
  await page.setViewportSize({ width: 360, height: 740 });
  await assertNoSideways(page, "requests");
  await assertClean(page, seen);
  await context.close();
});

test("its first view takes three calls, of which one is for the metrics", async () => {
  const { page, seen, context } = await open(browser, `${server.url}/console/#/server?tab=requests`);
  await settled(page);
  await page.getByText("What comes from now on is drawn here").waitFor();
  assert.ok(seen.calls.length <= 3 && seen.calls.some((call) => call.includes("/metrics")), `${seen.calls}`);
  await context.close();
});
