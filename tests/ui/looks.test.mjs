// How the pages look and are used: accessible in both themes, at every width, by keyboard alone, and light to load.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import test, { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { assertAccessible, assertClean, assertNoSideways, go, launch, open, settled, shoot } from "./lib/browser.mjs";
import { fill } from "./lib/console_data.mjs";
import { cacheServer, KEYS, sendAdmin } from "./lib/servers.mjs";

let browser;
let server;
let admin;
let empty;
let pages;

before(async () => {
  [browser, server, empty, admin] = await Promise.all([launch(), cacheServer(), cacheServer(), sendAdmin()]);
  const entries = await fill(server.url);
  const entry = ({ namespace, cache_id: id }, tab) => `#/entry/${namespace}/${id}${tab ? `?tab=${tab}` : ""}`;
  pages = [
    ["namespaces", server, ""],
    ["empty", empty, ""],
    ["folders", server, "#/namespace/reports/monthly/2026"],
    ["folder", server, "#/namespace/reports/monthly/2026/may"],
    ["temporal", server, "#/namespace/events?strategy=temporal"],
    ["entry-json", server, entry(entries.json)],
    ["entry-text", server, entry(entries.text)],
    ["entry-image", server, entry(entries.image)],
    ["entry-bytes", server, entry(entries.bytes)],
    ["entry-archive", server, entry(entries.archive)],
    ["entry-files", server, entry(entries.version, "files")],
    ["entry-hash", server, entry(entries.version, "hash")],
    ["entry-children", server, entry(entries.parent, "children")],
    ["entry-none", server, "#/entry/reports/00000000-0000-4000-8000-000000000000"],
    ["search", server, "#/search"],
    ["search-found", server, "#/search?q=images"],
    ["server", server, "#/server"],
    ["no-page", server, "#/nothing"],
  ].map(([name, { url }, fragment]) => [name, `${url}/console/${fragment}`]);
  pages.push(["admin-overview", `${admin.url}/admin/`]);
});
after(async () => {
  await Promise.all([browser.close(), server.stop(), empty.stop(), admin.stop()]);
});

for (const theme of ["light", "dark"]) {
  test(`every page is accessible in ${theme} colours, at 360 px and at 1280 px, no page is wider than the window, and each opens with three calls at most`, async () => {
    for (const [name, url] of pages) {
      const { page, seen, context } = await open(browser, url, { colorScheme: theme, reducedMotion: "reduce" });
      await settled(page);
      assert.ok(seen.calls.length <= 3, `${name} opens with more than three calls: ${seen.calls}`);
      await assertAccessible(page, `${name} in ${theme}`);
      await shoot(page, `${name}-${theme}`);
      await page.setViewportSize({ width: 2000, height: 1100 });
      await assertNoSideways(page, name);
      await page.setViewportSize({ width: 360, height: 740 });
      await assertNoSideways(page, name);
      await shoot(page, `${name}-${theme}-360`);
      if (theme === "light") await assertAccessible(page, `${name} at 360 px`);
      await assertClean(page, seen);
      await context.close();
    }
  });
}

test("dialogs, the drawer and the sign-in are accessible", async () => {
  const closed = await cacheServer({ keys: true });
  for (const colorScheme of ["light", "dark"]) {
    const { page, seen, context } = await open(browser, `${closed.url}/console/`, { colorScheme });
    await page.getByLabel("API key").waitFor();
    await assertAccessible(page, "the sign-in");
    await shoot(page, `sign-in-${colorScheme}`);
    await page.getByLabel("API key").fill(KEYS.admin);
    await page.keyboard.press("Enter");
    await settled(page);
    await page.getByRole("button", { name: "Store a first entry" }).click();
    await assertAccessible(page, "the form of a new entry");
    await shoot(page, `store-${colorScheme}`);
    await page.keyboard.press("Escape");
    await go(page, "#/namespace/some");
    await page.getByRole("button", { name: "Delete many" }).click();
    await page.getByText("0 entries").waitFor();
    await assertAccessible(page, "the question before much is deleted");
    await shoot(page, `delete-many-${colorScheme}`);
    await page.keyboard.press("Escape");
    await page.setViewportSize({ width: 360, height: 740 });
    await page.getByRole("button", { name: "Menu" }).click();
    await page.waitForTimeout(300);
    await assertAccessible(page, "the drawer");
    await shoot(page, `drawer-${colorScheme}-360`);
    await page.keyboard.press("Escape");
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), "Menu", "the focus is back");
    await assertClean(page, seen);
    await context.close();
  }
  await closed.stop();
});

test("the console is used by keyboard alone", async () => {
  const { page, seen, context } = await open(browser, `${server.url}/console/`);
  await settled(page);
  const active = () =>
    page.evaluate(
      () => document.activeElement.closest("tr")?.querySelector("td")?.textContent ?? document.activeElement.textContent.trim(),
    );
  const press = async (...keys) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  await press("?");
  await page.getByRole("dialog", { name: "Keys" }).waitFor();
  await press("Escape");
  assert.equal(await page.locator("dialog").count(), 0);
  await press("/");
  await page.keyboard.type("rep");
  assert.equal(await page.locator("tbody tr").count(), 1);
  await press("Escape");
  assert.equal(await page.locator("tbody tr").count(), 5);
  // To the table: past the buttons of the heads of its columns.
  for (let tabs = 0; tabs < 12 && !(await page.evaluate(() => document.activeElement.matches("tbody tr"))); tabs += 1)
    await press("Tab");
  assert.equal(await active(), "events");
  await press("ArrowDown", "ArrowDown", "ArrowDown");
  assert.equal(await active(), "reports");
  await press("End", "Home", "ArrowDown", "ArrowDown", "ArrowDown", "Enter");
  await page.getByRole("heading", { name: "reports" }).waitFor();
  await settled(page);
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "H1", "the new page is read from its title on");
  await page.goBack();
  await page.getByRole("heading", { name: "Namespaces" }).waitFor();
  // Every stop of the Tab key is seen.
  await go(page, `${pages.find(([name]) => name === "entry-json")[1].split("/console/")[1]}?tab=constructor`);
  assert.equal(await page.getByRole("tab", { name: "Content", selected: true }).count(), 1, "a tab that there is none of");
  let stops = 0;
  for (; stops < 40; stops += 1) {
    await press("Tab");
    const { tag, outline, name } = await page.evaluate(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
      const { tagName, ariaLabel, textContent } = document.activeElement;
      return { tag: tagName, outline: `${outlineStyle} ${outlineWidth}`, name: ariaLabel ?? textContent };
    });
    if (tag === "BODY") break;
    assert.match(outline, /^solid [12]/, `${tag} ${name.slice(0, 60)}`);
  }
  assert.ok(stops > 10, `${stops} stops`);
  await page.getByRole("tab", { name: "Content" }).focus();
  await press("ArrowRight", "ArrowRight");
  await page.getByText("entry of this hash").waitFor();
  await assertClean(page, seen);
  await context.close();
});

test("themes and time zones are switched, and remembered", async () => {
  const { page, seen, context } = await open(browser, `${server.url}/console/`, { timezoneId: "Asia/Tokyo" });
  await settled(page);
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  await page.getByRole("button", { name: /Theme/ }).click();
  await page.getByRole("button", { name: /Theme/ }).click();
  assert.equal(await theme(), "dark");
  await go(page, "#/server");
  const since = () => page.getByText(/^since/).textContent();
  const utc = await since();
  await page.getByRole("button", { name: /Times in/ }).click();
  assert.notEqual(await since(), utc);
  await page.reload();
  await settled(page);
  assert.equal(await theme(), "dark");
  await page.getByRole("button", { name: /Times in local/ }).waitFor();
  await assertClean(page, seen);
  await context.close();
});

const root = fileURLToPath(new URL("../../", import.meta.url));
/** The scripts and styles of a UI: where they lie, and where they are. */
function files(folder, base) {
  const all = (from) => {
    const entries = readdirSync(join(root, from), { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => /\.(js|css)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => ({ path, name: relative(join(root, from), path) }));
  };
  return [...all("cache-server/service/ui"), ...all(folder)].map((file) => ({ ...file, url: `${base}${file.name}` }));
}
const uis = () => [
  ["cache-server/ui", `${server.url}/console/`],
  ["send-wrapper/ui", `${admin.url}/admin/`],
];
const sent = async (url) => Buffer.from(await (await fetch(url)).arrayBuffer());

test("all scripts and styles of a UI, as they are sent, are 90 kB compressed and 300 kB raw at most, and no module has more than 300 lines", async () => {
  for (const [folder, base] of uis()) {
    let [raw, packed] = [0, 0];
    for (const { path, name, url } of files(folder, base)) {
      const bytes = await sent(url);
      raw += bytes.length;
      packed += brotliCompressSync(bytes).length;
      const lines = readFileSync(path, "utf8").split("\n").length;
      assert.ok(!name.endsWith(".js") || name.startsWith("vendor/") || lines <= 300, `${name} has ${lines} lines`);
    }
    console.log(`${folder}: ${packed} bytes compressed, ${raw} raw`);
    assert.ok(packed <= 90_000 && raw <= 300_000, `${folder}: ${packed} bytes compressed, ${raw} raw`);
  }
});

test("what is sent is its source without comments, line by line", async () => {
  const work = mkdtempSync(join(tmpdir(), "ui-sent-"));
  const bare = (text) => text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/\s+/g, " ");
  const scripts = [];
  for (const [folder, base] of uis()) {
    for (const { path, name, url } of files(folder, base).filter(({ name }) => !name.startsWith("vendor/"))) {
      const [source, got] = [readFileSync(path, "utf8"), (await sent(url)).toString()];
      assert.equal(got.split("\n").length, source.split("\n").length, name);
      if (name.endsWith(".css")) assert.equal(bare(got), bare(source), name);
      else
        for (const [kind, text] of Object.entries({ source, got })) {
          const place = join(work, kind, folder, name);
          mkdirSync(dirname(place), { recursive: true });
          writeFileSync(place, text);
          if (kind === "source") scripts.push(join(folder, name));
        }
    }
  }
  const tsc = fileURLToPath(new URL("./node_modules/.bin/tsc", import.meta.url));
  const flags = "--allowJs --noCheck --noResolve --removeComments --target es2023 --module es2022 --rootDir . --outDir".split(
    " ",
  );
  for (const kind of ["source", "got"])
    execFileSync(tsc, [...flags, join(work, `${kind}-printed`), ...scripts], { cwd: join(work, kind) });
  // Indents within templates are left out, too.
  const printed = (kind, script) => readFileSync(join(work, `${kind}-printed`, script), "utf8").replaceAll(/^\s+|\s+$/gm, "");
  for (const script of scripts) assert.equal(printed("got", script), printed("source", script), script);
  assert.ok(scripts.length > 60);
  rmSync(work, { recursive: true });
});

test("nothing is written into a page as HTML, and nothing is inline", () => {
  for (const folder of ["cache-server/service/ui/house", "cache-server/ui", "send-wrapper/ui"]) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!/\.(js|html)$/.test(entry.name)) continue;
      const text = readFileSync(join(entry.parentPath, entry.name), "utf8");
      const found = text.match(
        /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|confirm\(\)|<script>|<style| style="/,
      );
      assert.equal(found, null, `${entry.name}: ${found?.[0]}`);
    }
  }
});

test("pictures for the documentation are written where that is asked for", { skip: process.env.UI_DOCS !== "1" }, async () => {
  const docs = fileURLToPath(new URL("../../cache-server/docs/ui/", import.meta.url));
  mkdirSync(docs, { recursive: true });
  for (const [name, theme] of [
    ["namespaces", "light"],
    ["entry-json", "dark"],
    ["folder", "dark"],
    ["server", "light"],
  ]) {
    const { page, context } = await open(browser, pages.find(([known]) => known === name)[1], { colorScheme: theme });
    await settled(page);
    await shoot(page, `docs-${name}`);
    copyFileSync(join(process.env.UI_SHOTS, `docs-${name}.png`), join(docs, `${name}-${theme}.png`));
    await context.close();
  }
});
