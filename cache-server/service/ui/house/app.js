// A UI: the sign-in, the frame, and the page that the fragment names.

import { Failure } from "./api.js";
import { html, render, useEffect, useErrorBoundary } from "./html.js";
import { Keys } from "./keys.js";
import { asFailure, useLoad } from "./load.js";
import { Page } from "./page.js";
import { Problem } from "./problem.js";
import { address, route } from "./router.js";
import { look, session } from "./session.js";
import { Shell } from "./shell.js";
import { SignIn } from "./sign_in.js";
import { Skeleton } from "./skeleton.js";
import { useStore } from "./store.js";
import { Toasts } from "./toast.js";

/**
 * @typedef {object} PageEntry
 * @property {string} name The first segment of the fragment.
 * @property {string} [text] What the navigation calls it; a page without is led to from others.
 * @property {string} [icon]
 * @property {import("./session.js").Scope} [scope] What a key has to be good for.
 * @property {string} [below] The page of the navigation that this one belongs to.
 * @property {() => Promise<{ default: (props: { path: string[], query: URLSearchParams }) => import("./html.js").View }>} load Imports the
 *   page's module; it gets the segments after its name.
 */

/** @typedef {{ title: string, subtitle: string, pages: PageEntry[] }} App */

/**
 * Draws a UI. The first page is where it begins.
 * @param {App} app
 */
export function start(app) {
  document.documentElement.dataset.service = app.title;
  const into = document.getElementById("app");
  if (!into) throw new Error("the document has no place for the app");
  into.replaceChildren();
  render(html`<${Root} app=${app} />`, into);
  look();
}

/** @param {{ app: App }} props */
function Root({ app }) {
  const { state, failure } = useStore(session);
  const { title, subtitle } = app;
  let shown;
  if (state === "unknown") shown = html`<main class="sign-in"><${Skeleton} /></main>`;
  else if (state === "out") shown = html`<${SignIn} title=${title} subtitle=${subtitle} />`;
  else if (state === "failed" && failure)
    shown = html`<main class="sign-in"><div class="panel"><h1>${title}</h1><${Retried} failure=${failure} /></div></main>`;
  else shown = html`<${Inside} app=${app} />`;
  return html`${shown}<${Toasts} />`;
}

/** The service did not answer at all: asked again by itself. @param {{ failure: Failure }} props */
function Retried({ failure }) {
  useEffect(() => {
    const timer = setInterval(() => document.hidden || look(), 5_000);
    return () => clearInterval(timer);
  }, []);
  return html`<${Problem} failure=${failure} again=${look} />`;
}

/** @param {{ app: App }} props */
function Inside({ app }) {
  const { path, query } = useStore(route);
  const { title, subtitle, pages } = app;
  const name = path[0] ?? pages[0]?.name;
  const page = pages.find((entry) => entry.name === name);
  const current = page?.below ?? page?.name ?? "";
  return html`<${Shell} title=${title} subtitle=${subtitle} pages=${pages} current=${current}>
      <${Shown} key=${JSON.stringify(path)} page=${page} path=${path.slice(1)} query=${query} />
    </${Shell}><${Keys} />`;
}

/** @param {{ page: PageEntry | undefined, path: string[], query: URLSearchParams }} props */
function Shown({ page, path, query }) {
  const [error, reset] = useErrorBoundary((caught) => console.error(caught));
  const { value, failure, again } = useLoad(async () => page && (await page.load().catch(unloaded)), [page?.name]);
  if (!page)
    return html`<${Page} title="No such page"><p>The address names no page. <a href=${address([])}>Go to the first one</a>.</p></${Page}>`;
  if (error)
    return html`<${Page} title=${page.text ?? page.name}><${Problem} failure=${asFailure(error)} again=${reset} /></${Page}>`;
  if (failure) return html`<${Page} title=${page.text ?? page.name}><${Problem} failure=${failure} again=${again} /></${Page}>`;
  if (!value) return html`<${Skeleton} lines=${8} />`;
  return html`<${value.default} path=${path} query=${query} />`;
}

/** @returns {never} */
function unloaded() {
  throw new Failure("This page could not be loaded.");
}
