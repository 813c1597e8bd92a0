// One token in the administrators' UI: changed, revoked, given back, and who used it; every action seen to have happened through the API.

import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { dialog, field, pressed, startDemo, until } from "./lib/admin.mjs";
import { assertAccessible, assertClean, assertNoSideways, go, settled } from "./lib/browser.mjs";
import { api } from "./lib/servers.mjs";

let demo;

before(async () => {
  demo = await startDemo();
});
after(() => demo.stop());

test("a token is changed, but not over another administrator's change", async () => {
  await demo.post("/tokens/create", { token_name: "shared", usage_limit: 20, metadata: { note: "first", kept: [1] } });
  const { page, seen, context } = await demo.shown("#/token/shared");
  const change = () => page.getByRole("button", { name: "Change", exact: true }).click();
  await change();
  await field(page, "Number of uses").fill("30");
  await pressed(page, "Save");
  await page.locator(".card", { hasText: "0 of 30" }).waitFor();
  assert.deepEqual((await demo.token("shared")).metadata, { note: "first", kept: [1] });
  await change();
  await field(page, "Note").fill("mine");
  await field(page, "Expires").fill("2031-01-01T00:00");
  const { revision } = await demo.token("shared");
  await demo.post("/tokens/update/shared", { revision, usage_limit: 77, metadata: { note: "theirs", kept: [1] } });
  await pressed(page, "Save");
  await page.getByText("Somebody has changed the token meanwhile").waitFor();
  assert.match(await page.locator(".problem").textContent(), /Number of uses: 30 → 77.*Note: first → theirs/);
  assert.equal((await demo.token("shared")).metadata.note, "theirs", "nothing was overwritten");
  assert.equal(await field(page, "Note").inputValue(), "mine", "what was typed is still there");
  await assertAccessible(page, "the conflict");
  await pressed(page, "Save mine all the same");
  await page.locator(".card", { hasText: "0 of 77" }).waitFor();
  const changed = await demo.token("shared");
  assert.deepEqual(
    [changed.usage_limit, changed.metadata, changed.expires_at],
    [77, { note: "mine", kept: [1] }, Date.parse("2031-01-01")],
  );
  await change();
  await field(page, "Note").fill("again mine");
  await demo.post("/tokens/update/shared", { revision: changed.revision, metadata: { note: "again theirs" } });
  await pressed(page, "Save");
  await pressed(page, "Take theirs");
  assert.equal(await field(page, "Note").inputValue(), "again theirs");
  await field(page, "Expires").fill("");
  await pressed(page, "Save");
  await until(async () => (await demo.token("shared")).expires_at === 0);
  assert.equal((await demo.token("shared")).metadata.note, "again theirs");
  await assertClean(page, seen);
  await context.close();
});

test("a token is revoked by a second click only, and reactivated with more uses where none are left", async () => {
  await demo.post("/tokens/create", { token_name: "taken-back", usage_limit: 1 });
  const { page, seen, context } = await demo.shown("#/token/taken-back");
  await page.getByRole("button", { name: "Revoke" }).click();
  assert.equal((await demo.token("taken-back")).status, "active");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Revoke" }).click();
  await demo.post("/tokens/use/taken-back");
  await pressed(page, "Revoke");
  await page.locator("h1 + .count", { hasText: "revoked" }).waitFor();
  assert.equal((await demo.token("taken-back")).status, "revoked");
  await page.getByRole("button", { name: "Reactivate" }).click();
  assert.equal(await field(page, "Number of uses").inputValue(), "11");
  await field(page, "Number of uses").fill("1");
  await pressed(page, "Reactivate");
  await dialog(page).getByText("has no uses left").waitFor();
  await field(page, "Number of uses").fill("5");
  await pressed(page, "Reactivate");
  await page.locator("h1 + .count", { hasText: "active" }).waitFor();
  assert.deepEqual([(await demo.token("taken-back")).status, (await demo.token("taken-back")).usage_limit], ["active", 5]);
  await assertClean(page, seen);
  await context.close();
});

test("who used a token is listed page by page, by visitor, and by why it was refused", async () => {
  await demo.post("/tokens/create", { token_name: "well-used", usage_limit: 60 });
  for (let use = 0; use < 63; use += 1)
    await demo.post("/tokens/use/well-used", {
      country: use < 30 ? "DE" : "FR",
      ip_hash: (use % 7).toString().repeat(8),
      action: "page_opened",
      user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0",
    });
  const { page, seen, context } = await demo.shown("#/token/well-used");
  const rows = page.locator('table[aria-label="Uses"] tbody tr');
  assert.equal(await rows.count(), 50);
  assert.match(
    await rows.first().textContent(),
    /page openedrefused: exhausted.*22222222|page openedrefused: exhausted.*66666666/,
  );
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByText("51–63").waitFor();
  await until(async () => (await rows.count()) === 13);
  for (const [title, figure] of [
    ["Used", "60 of 60"],
    ["Refused", "3"],
    ["Visitors", "7"],
  ])
    assert.match(await page.locator(".card", { hasText: title }).first().textContent(), new RegExp(figure));
  await page.getByRole("tab", { name: "Visitors" }).click();
  assert.equal(await page.locator('table[aria-label="Visitors"] tbody tr').count(), 7);
  await page.getByRole("tab", { name: "Refused" }).click();
  assert.match(await page.locator('ul[aria-label="Refused, by reason"]').textContent(), /^exhausted\s*3$/);
  assert.match(await page.locator('ul[aria-label="Granted, by action"]').textContent(), /page opened\s*60/);
  await page.locator(".plot canvas").waitFor();
  await page.getByRole("button", { name: "Table" }).click();
  assert.match(await page.locator('table[aria-label="Uses by day"]').textContent(), /603/);
  await assertClean(page, seen);
  await context.close();
});

test("whatever somebody wrote into a token stays text", async () => {
  const script = "<script>window.ran=1</script><img src=x onerror='window.ran=1'>";
  await demo.post("/tokens/create", {
    token_name: "hostile",
    created_by: script,
    expires_at: Date.now() + 60_000,
    metadata: { note: `${script}\u202e`, [script]: script, deep: { a: [script] } },
  });
  const { page, seen, context } = await demo.shown("#/tokens");
  assert.ok((await page.locator("tbody tr", { hasText: "hostile" }).textContent()).includes("onerror"));
  await go(page, "#/token/hostile");
  const about = await page.locator(".facts").textContent();
  assert.ok(about.includes(script) && about.includes("⟨202E⟩"), about);
  await page.getByRole("button", { name: "Change", exact: true }).click();
  await page.keyboard.press("Escape");
  for (const name of [script, "../../admin", "%", "x".repeat(3000)])
    for (const kind of ["token", "transfer"]) await go(page, `#/${kind}/${encodeURIComponent(name)}`);
  assert.equal(await page.locator("main script, main img").count(), 0);
  await assertNoSideways(page, "an address that names nothing");
  await assertClean(page, seen);
  await context.close();
});

test("a note is changed beside numbers that JavaScript cannot hold, and these are shown as they are", async () => {
  const body = '{"token_name":"exact","metadata":{"note":"first","number":9007199254740993,"deep":[9007199254740993]}}';
  assert.ok((await api(demo.url, "POST", "/tokens/create", { body })).status < 300);
  const { page, seen, context } = await demo.shown("#/token/exact");
  assert.match(await page.locator(".facts").textContent(), /number9007199254740993.*|deep\[9007199254740993\]/);
  assert.equal((await page.locator(".facts").textContent()).split("9007199254740993").length, 3);
  await page.getByRole("button", { name: "Change", exact: true }).click();
  await field(page, "Note").fill("second");
  await pressed(page, "Save");
  await page.locator(".facts dd", { hasText: "second" }).waitFor();
  const { text } = await api(demo.url, "GET", "/tokens/lookup/exact");
  assert.match(text, /"metadata":\{"deep":\[9007199254740993\],"note":"second","number":9007199254740993\}/);
  await page.getByRole("button", { name: "Change", exact: true }).click();
  await field(page, "Note").fill("");
  await pressed(page, "Save");
  await until(async () => (await demo.token("exact")).metadata.note === undefined);
  await assertClean(page, seen);
  await context.close();
});

test("a token is given back with the limit that somebody has set meanwhile", async () => {
  await demo.post("/tokens/create", { token_name: "given-back", usage_limit: 20 });
  await demo.post("/tokens/revoke/given-back");
  const { page, seen, context } = await demo.shown("#/token/given-back");
  await page.getByRole("button", { name: "Reactivate" }).click();
  await demo.post("/tokens/update-limit/given-back", { usage_limit: 50 });
  await pressed(page, "Reactivate");
  await page.locator("h1 + .count", { hasText: "active" }).waitFor();
  assert.equal((await demo.token("given-back")).usage_limit, 50);
  await assertClean(page, seen);
  await context.close();
});

test("a dialog stays when a drag ends beside it, and while it is busy", async () => {
  await demo.post("/tokens/create", { token_name: "dragged" });
  const { page, seen, context } = await demo.shown("#/token/dragged");
  await page.getByRole("button", { name: "Change", exact: true }).click();
  await field(page, "Note").fill("kept");
  const box = await field(page, "Note").boundingBox();
  await page.mouse.move(box.x + 30, box.y + 10);
  await page.mouse.down();
  await page.mouse.move(5, 5, { steps: 4 });
  await page.mouse.up();
  assert.equal(await field(page, "Note").inputValue(), "kept");
  let goOn = () => {};
  const held = new Promise((resolve) => {
    goOn = resolve;
  });
  await page.route("**/tokens/update/**", async (route) => {
    await held;
    await route.continue();
  });
  await pressed(page, "Save");
  await page.getByRole("button", { name: "Working…" }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.mouse.click(5, 5);
  assert.equal(await dialog(page).getByRole("button", { name: "Cancel" }).isDisabled(), true);
  assert.equal(await field(page, "Note").inputValue(), "kept");
  goOn();
  await dialog(page).waitFor({ state: "detached" });
  assert.equal((await demo.token("dragged")).metadata.note, "kept");
  await page.getByRole("button", { name: "Change", exact: true }).click();
  await page.mouse.click(5, 5);
  await dialog(page).waitFor({ state: "detached" });
  await assertClean(page, seen);
  await context.close();
});

test("a tab that there is none of is the first one", async () => {
  const { page, seen, context } = await demo.shown("#/token/podcast-listeners?tab=constructor");
  assert.equal(await page.getByRole("tab", { name: "Uses" }).getAttribute("aria-selected"), "true");
  await page.locator('table[aria-label="Uses"] tbody tr').first().waitFor();
  await settled(page);
  await assertClean(page, seen);
  await context.close();
});
