// Signing in: a key is entered once.

import { html, useEffect, useRef, useState } from "./html.js";
import { asFailure } from "./load.js";
import { Problem } from "./problem.js";
import { session, signIn } from "./session.js";
import { useStore } from "./store.js";
import { Switches } from "./switches.js";

/** @param {{ title: string, subtitle: string }} props */
export function SignIn({ title, subtitle }) {
  const { isOver } = useStore(session);
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState(/** @type {import("./api.js").Failure | undefined} */ (undefined));
  useEffect(() => {
    document.title = `Sign in · ${title}`;
    field.current?.focus();
  }, []);
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const input = field.current;
    if (!input?.value || isBusy) return;
    setBusy(true);
    setFailure(undefined);
    try {
      await signIn(input.value.trim());
    } catch (error) {
      setFailure(asFailure(error));
      setBusy(false);
      input.select();
    }
  };
  const asked = failure?.status === 401 ? "This is no key of the service, or it has expired." : "";
  return html`<main class="sign-in">
    <form class="panel" onSubmit=${submit}>
      <div class="brand"><span class="mark" aria-hidden="true"></span><div><h1>${title}</h1><small>${subtitle}</small></div></div>
      ${isOver && html`<p class="hint" role="status">Your session has ended. Sign in to go on where you were.</p>`}
      <input type="text" name="username" autocomplete="username" value=${title} readonly hidden />
      <label class="field"><span>API key</span>
        <input ref=${field} type="password" name="key" autocomplete="current-password" required aria-invalid=${asked !== ""} aria-describedby="about-keys" /></label>
      ${asked && html`<p class="bad-text" role="alert">${asked}</p>`}
      ${failure && !asked && html`<${Problem} failure=${failure} />`}
      <button type="submit" class="primary" disabled=${isBusy}>${isBusy ? "Signing in…" : "Sign in"}</button>
      <p class="small muted" id="about-keys">The key is checked once and kept nowhere in this browser; a cookie that scripts cannot read stands for it, for 12 hours.</p>
    </form>
    <${Switches} />
  </main>`;
}
