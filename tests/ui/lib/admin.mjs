// The demonstration of send-admin in a browser, and what its UI says beside what its API says.

import assert from "node:assert/strict";
import { launch, open, settled } from "./browser.mjs";
import { api, sendDemo } from "./servers.mjs";

/** Starts the demonstration and a browser. */
export async function startDemo() {
  const [browser, demo] = await Promise.all([launch(), sendDemo()]);
  const get = async (path) => (await api(demo.url, "GET", path)).json;
  return {
    browser,
    url: demo.url,
    stop: () => Promise.all([browser.close(), demo.stop()]),
    /** Opens a page of the UI. */
    async shown(fragment, options) {
      const rights = { permissions: ["clipboard-read", "clipboard-write"], ...options };
      const opened = await open(browser, `${demo.url}/admin/${fragment}`, rights);
      opened.page.setDefaultTimeout(15_000);
      await settled(opened.page);
      return opened;
    },
    get,
    post: (path, body) => api(demo.url, "POST", path, { body: JSON.stringify(body ?? {}) }),
    token: (name) => get(`/tokens/lookup/${name}`),
  };
}

/** The dialog that is open. */
export const dialog = (page) => page.locator("dialog[open]");
/** Presses a button of the dialog. */
export const pressed = (page, name) => dialog(page).getByRole("button", { name, exact: true }).click();
/** A field of the dialog. */
export const field = (page, name) => dialog(page).getByLabel(name, { exact: true });
/** What was copied last. */
export const copied = (page) => page.evaluate(() => navigator.clipboard.readText());
/** The names in the table of tokens. */
export const names = (page) =>
  page.locator('table[aria-label="Tokens"] .row-link').evaluateAll((links) => links.map((link) => link.firstChild.textContent));

/** Waits until a check holds: what a page shows comes a moment after what it was told. */
export async function until(check) {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await check()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`${check}`);
}
