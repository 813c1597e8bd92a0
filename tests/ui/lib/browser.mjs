// A real browser, and what every page of ours has to hold to in it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const quiet = [
  "no-sandbox",
  "disable-gpu",
  "disable-quic",
  "no-first-run",
  "disable-background-networking",
  "disable-component-update",
  "disable-sync",
];

/** Starts Chromium. */
export const launch = () => chromium.launch({ executablePath: "/usr/bin/chromium", args: quiet.map((flag) => `--${flag}`) });

/**
 * Opens a page that keeps what went wrong: errors of scripts, violations of the content security policy, calls of the API.
 * `context` are options such as `colorScheme` and `viewport`.
 */
export async function open(browser, url, { cookie, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  if (cookie) await context.addCookies([{ ...cookie, url: new URL("/", url).href, httpOnly: true, sameSite: "Strict" }]);
  const page = await context.newPage();
  const seen = { errors: [], violations: [], calls: [] };
  await page.exposeFunction("reportViolation", (text) => seen.violations.push(text));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      window.reportViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
    window.ran = 0;
  });
  const requests = new Set();
  underWay.set(page, requests);
  page.on("request", (request) => requests.add(request));
  for (const end of ["requestfinished", "requestfailed"]) page.on(end, (request) => requests.delete(request));
  page.on("pageerror", (error) => seen.errors.push(error.stack ?? String(error)));
  page.on("console", (message) => {
    if (/Content Security Policy/.test(message.text())) seen.violations.push(message.text());
    else if (message.type() === "error" && !/Failed to load resource/.test(message.text())) seen.errors.push(message.text());
  });
  page.on("dialog", (dialog) => {
    seen.errors.push(`a dialog of the browser: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => {
    if (["fetch", "xhr"].includes(request.resourceType()))
      seen.calls.push(`${request.method()} ${new URL(request.url()).pathname}`);
  });
  await page.goto(url);
  return { page, seen, context };
}

/** How many requests of a page are under way. */
const underWay = new WeakMap();

/** Waits until nothing is being loaded. */
export async function settled(page) {
  await page.waitForSelector("h1");
  for (let quiet = 0; quiet < 3; ) {
    await page.waitForFunction(() => !document.querySelector(".skeleton, .skeleton-text"));
    await new Promise((resolve) => setTimeout(resolve, 30));
    quiet = underWay.get(page).size === 0 ? quiet + 1 : 0;
  }
}

/** Shows another page of the UI. */
export async function go(page, fragment) {
  await page.evaluate((to) => {
    location.hash = to;
  }, fragment);
  await settled(page);
}

/** Nothing that was stored has run, no policy was violated, and no script has failed. */
export async function assertClean(page, seen) {
  assert.deepEqual(seen.errors, []);
  assert.deepEqual(seen.violations, []);
  assert.equal(await page.evaluate(() => window.ran), 0, "nothing of what is stored has run");
}

/** No violation of WCAG 2.2 AA that axe finds. */
export async function assertAccessible(page, what) {
  // Evaluated by the debugger, which the policy of the page does not concern.
  const { violations } = await page.evaluate(
    `${axe}; axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })`,
  );
  const told = violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join("; ")}`,
  );
  assert.deepEqual(told, [], what);
}

/** Nothing is wider than the window. */
export async function assertNoSideways(page, what) {
  const { wide, room } = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth,
    room: document.documentElement.clientWidth,
  }));
  assert.ok(wide <= room, `${what} is ${wide} px wide in a window of ${room}`);
}

/** A picture of a page for people to look at. */
export async function shoot(page, name) {
  await page.screenshot({ path: join(process.env.UI_SHOTS, `${name}.png`) });
}
