// The service is away, slow, or answers nonsense; and it may lie below a path prefix.

import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { assertClean, go, launch, open, settled } from "./lib/browser.mjs";
import { fill } from "./lib/console_data.mjs";
import { cacheServer, KEYS, proxy } from "./lib/servers.mjs";

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser.close());

test("a service that goes away is told of, what was there stays, and all goes on when it is back", async () => {
  const server = await cacheServer();
  await fill(server.url);
  const { page, seen, context } = await open(browser, `${server.url}/console/#/namespace/reports`);
  await settled(page);
  await server.stop();
  await page.getByRole("button", { name: "Temporal" }).click();
  await page.getByText("The entries: The service cannot be reached.").waitFor();
  await page.getByText("What you see may be old").waitFor();
  const back = await cacheServer({ port: server.port });
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("No temporal entries here").waitFor();
  assert.equal(await page.getByText("What you see may be old").count(), 0);
  await assertClean(page, seen);
  await context.close();
  await back.stop();
});

test("the figures of a service that fails stay, said to be old, and come back by themselves", async () => {
  const server = await cacheServer();
  const { page, seen, context } = await open(browser, `${server.url}/console/#/server`);
  await settled(page);
  await page.getByText("ready", { exact: true }).waitFor();
  let isFailing = true;
  await page.route("**/health/ready", (route) => (isFailing ? route.fulfill({ status: 503, body: "{}" }) : route.continue()));
  await page.getByText("failing", { exact: true }).waitFor({ timeout: 15_000 });
  isFailing = false;
  await page.getByText("ready", { exact: true }).waitFor({ timeout: 30_000 });
  await assertClean(page, seen);
  await context.close();
  await server.stop();
});

for (const [what, answer, told] of [
  [
    "500",
    { status: 500, headers: { "fast-api-request-id": "an-id-for-the-log" }, body: '{"detail":"internal error"}' },
    "internal error",
  ],
  ["429", { status: 429, headers: { "retry-after": "7" }, body: "" }, "try again in 7 s"],
  [
    "no JSON",
    { status: 200, contentType: "text/html", body: "<h1>Login of a hotel</h1><script>window.ran=1</script>" },
    "The answer is no JSON",
  ],
  ["403", { status: 403, body: "" }, "The key may not do this."],
]) {
  test(`an answer that is ${what} is told of, and recovered from`, async () => {
    const server = await cacheServer();
    const { page, seen, context } = await open(browser, "about:blank");
    await page.route("**/server/namespaces*", (route) => route.fulfill(answer));
    await page.goto(`${server.url}/console/`);
    await page.getByText(told).waitFor();
    if (what === "500") await page.getByText("an-id-for-the-log").waitFor();
    await page.unroute("**/server/namespaces*");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("Nothing is stored yet").waitFor();
    await assertClean(page, seen);
    await context.close();
    await server.stop();
  });
}

test("an answer that is cut off is told of", async () => {
  const server = await cacheServer();
  const { page, seen, context } = await open(browser, "about:blank");
  await page.route("**/server/namespaces*", (route) => route.abort("connectionreset"));
  await page.goto(`${server.url}/console/`);
  await page.getByText("The namespaces: The service cannot be reached.").waitFor();
  await assertClean(page, seen);
  await context.close();
  await server.stop();
});

test("the console works below a path prefix, with sign-in and redirects", async () => {
  const server = await cacheServer({ keys: true });
  const entries = await fill(server.url, KEYS.admin);
  const below = await proxy(server.url, "/tools/cache");
  const { page, seen, context } = await open(browser, `${below.url}/`);
  await page.getByLabel("API key").waitFor();
  assert.equal(new URL(page.url()).pathname, "/tools/cache/console/");
  await page.getByLabel("API key").fill(KEYS.admin);
  await page.keyboard.press("Enter");
  await settled(page);
  assert.equal((await context.cookies())[0].path, "/tools/cache/");
  for (const fragment of ["#/namespace/reports", `#/entry/media/${entries.image.cache_id}`, "#/search?q=images", "#/server"])
    await go(page, fragment);
  await page.getByText("ready", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("API key").waitFor();
  assert.deepEqual(await context.cookies(), []);
  await assertClean(page, seen);
  await context.close();
  await below.stop();
  await server.stop();
});
