// Whatever is stored stays text: it is shown, cut with a way to the whole, and never run.

import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { assertClean, assertNoSideways, go, launch, open, settled } from "./lib/browser.mjs";
import { api, cacheServer, store } from "./lib/servers.mjs";

let browser;
let server;

before(async () => {
  [browser, server] = await Promise.all([launch(), cacheServer()]);
});
after(async () => {
  await Promise.all([browser.close(), server.stop()]);
});

async function shown(fragment) {
  const opened = await open(browser, `${server.url}/console/${fragment}`);
  await settled(opened.page);
  return opened;
}

const SCRIPT = "<script>window.ran=1</script><img src=x onerror='window.ran=1'><svg onload='window.ran=1'>";

for (const [what, content] of [
  ["HTML", `<!doctype html><html><body onload="window.ran=1">${SCRIPT}</body></html>`],
  ["SVG", `<svg xmlns="http://www.w3.org/2000/svg" onload="window.ran=1"><script>window.ran=1</script></svg>`],
  [
    "SVG as bytes",
    Buffer.from(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>window.ran=1</script></svg>`),
  ],
  ["a link that runs", `<a href="javascript:window.ran=1">x</a> javascript:window.ran=1`],
  ["JSON with script in keys and values", { [SCRIPT]: SCRIPT, __proto__x: { constructor: SCRIPT }, list: [SCRIPT] }],
  ["a template of the page's own kind", ["$", "{window.ran=1} {{window.ran=1}} <$", "{Script} />"].join("")],
]) {
  test(`${what} is shown as text`, async () => {
    const stored = await store(server.url, "hostile", "k", content, { fileId: what.replaceAll(/\W/g, "-") });
    const { page, seen, context } = await shown(`#/entry/hostile/${stored.cache_id}`);
    const text = await page.locator("main").textContent();
    assert.ok(text.includes("window.ran=1"), text.slice(0, 500));
    assert.equal(await page.locator("main script, main img, main svg:not(.icon)").count(), 0);
    await go(page, "#/namespace/hostile/k");
    await go(page, `#/search?q=${encodeURIComponent(SCRIPT)}`);
    await assertClean(page, seen);
    await context.close();
  });
}

test("addresses of the UI with hostile names stay text", async () => {
  const { page, seen, context } = await shown("");
  for (const name of [SCRIPT, "../../admin", "a/../b", "%", "\u202egnp.exe", "x".repeat(3000)]) {
    for (const fragment of [
      `#/namespace/${encodeURIComponent(name)}`,
      `#/entry/${encodeURIComponent(name)}/${encodeURIComponent(name)}`,
      `#/${encodeURIComponent(name)}?${name}`,
    ]) {
      await page.evaluate((to) => {
        location.hash = to;
      }, fragment);
      await page.waitForSelector("h1");
      await page.waitForLoadState("networkidle");
      await assertNoSideways(page, fragment.slice(0, 80));
    }
  }
  await assertClean(page, seen);
  await context.close();
});

test("JSON of 100 levels is unfolded level by level", async () => {
  let deep = { end: "reached" };
  for (let level = 0; level < 100; level += 1) deep = { level: deep };
  const stored = await store(server.url, "hostile", "deep", deep);
  const { page, seen, context } = await shown(`#/entry/hostile/${stored.cache_id}`);
  for (let level = 0; level < 101; level += 1) {
    const folded = page.locator('.json-fold[aria-expanded="false"]');
    if ((await folded.count()) === 0) break;
    await folded.first().click();
  }
  assert.match(await page.locator(".json").textContent(), /reached/);
  await assertNoSideways(page, "deep JSON");
  await assertClean(page, seen);
  await context.close();
});

test("many keys are drawn on demand, and 100,000 are offered as a file", async () => {
  const keys = (count) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`key-${at}`, at]));
  const some = await store(server.url, "hostile", "some-keys", keys(10_000));
  const { page, seen, context } = await shown(`#/entry/hostile/${some.cache_id}`);
  assert.ok((await page.locator(".json-leaf").count()) <= 200);
  await page.getByRole("button", { name: /show more of/ }).click();
  assert.ok((await page.locator(".json-leaf").count()) > 200);
  const many = await store(server.url, "hostile", "many-keys", keys(100_000));
  await go(page, `#/entry/hostile/${many.cache_id}`);
  await page.getByText("is not shown here: download it").waitFor();
  await assertClean(page, seen);
  await context.close();
});

test("of a value of 3 MB no more than 256 kB is loaded", async () => {
  const stored = await store(server.url, "hostile", "large", "x".repeat(3_000_000));
  const { page, seen, context } = await open(browser, `${server.url}/console/`);
  await settled(page);
  let loaded = 0;
  page.on("response", async (response) => {
    if (response.url().includes("/retrieve/")) loaded += (await response.body().catch(() => "")).length;
  });
  await go(page, `#/entry/hostile/${stored.cache_id}`);
  await page.getByText("is not shown here: download it").waitFor();
  assert.ok(loaded > 0 && loaded < 270_000, `${loaded} bytes were loaded`);
  await page.getByRole("button", { name: "Update" }).click();
  await page.getByLabel(/New content/).waitFor();
  await assertClean(page, seen);
  await context.close();
});

test("what cannot be seen, or turns the direction, is made visible", async () => {
  const stored = await store(server.url, "hostile", "bidi", "safe\u202etxt.exe\u2066 \u200bzero\u0007bell");
  const { page, seen, context } = await shown(`#/entry/hostile/${stored.cache_id}`);
  const text = await page.locator(".source").textContent();
  assert.equal(text, "safe⟨202E⟩txt.exe⟨2066⟩ ⟨200B⟩zero⟨0007⟩bell");
  const json = await store(server.url, "hostile", "bidi-json", { "key\u202e": "value\u2069" });
  await go(page, `#/entry/hostile/${json.cache_id}`);
  assert.match(await page.locator(".json").textContent(), /key⟨202E⟩: "value⟨2069⟩"/);
  await assertClean(page, seen);
  await context.close();
});

test("a picture that is none, and an empty value, are told of", async () => {
  const broken = await store(server.url, "hostile", "broken", Buffer.from([0x89, 0x50, 0x4e, 0x47, 1, 2, 3]));
  const { page, seen, context } = await shown(`#/entry/hostile/${broken.cache_id}`);
  await page.getByText("The browser cannot show it.").waitFor();
  assert.equal((await api(server.url, "GET", "/hostile/count")).status, 200);
  await assertClean(page, seen);
  await context.close();
});
