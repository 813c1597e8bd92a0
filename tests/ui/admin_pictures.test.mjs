// The pictures of the administrators' UI for the documentation: of the demonstration, at a moment at which its clock stands still.

import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { assertClean, launch, open, settled, shoot } from "./lib/browser.mjs";
import { sendDemo } from "./lib/servers.mjs";

const NOW = "2026-03-12T15:20:00Z";

test("pictures of the administrators' UI are written where that is asked for", {
  skip: process.env.UI_DOCS !== "1",
}, async () => {
  const docs = fileURLToPath(new URL("../../send-wrapper/docs/ui/", import.meta.url));
  mkdirSync(docs, { recursive: true });
  const [browser, demo] = await Promise.all([launch(), sendDemo(NOW)]);
  for (const [name, colorScheme, fragment] of [
    ["overview", "light", "#/overview"],
    ["tokens", "dark", "#/tokens"],
    ["analytics", "dark", "#/analytics?range=7d"],
    ["costs", "light", "#/costs"],
  ]) {
    const { page, seen, context } = await open(browser, "about:blank", { colorScheme });
    await page.clock.setFixedTime(NOW);
    await page.goto(`${demo.url}/admin/${fragment}`);
    await settled(page);
    await shoot(page, `docs-admin-${name}`);
    copyFileSync(join(process.env.UI_SHOTS, `docs-admin-${name}.png`), join(docs, `${name}-${colorScheme}.png`));
    await assertClean(page, seen);
    await context.close();
  }
  await Promise.all([browser.close(), demo.stop()]);
});
