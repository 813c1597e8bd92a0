// Who sits here: the session of the browser. The key itself is stored nowhere; a cookie that scripts cannot read stands for it.

import { call, Failure, service, unauthorized } from "./api.js";
import { store, useStore } from "./store.js";

/** @typedef {"read" | "write" | "delete" | "admin"} Scope */

/**
 * @typedef {object} Session
 * @property {"unknown" | "in" | "out" | "open" | "failed"} state `open`: the service has no keys; `failed`: it does not answer.
 * @property {string} name The name of the key.
 * @property {Scope[]} scopes What it may do.
 * @property {number | null} endsAt When it ends, in milliseconds since 1970.
 * @property {boolean} isOver Whether there was a session before that has ended.
 * @property {Failure | undefined} failure
 */

/** @type {Session} */
const nobody = { state: "unknown", name: "", scopes: [], endsAt: null, isOver: false, failure: undefined };

/** The session. */
export const session = store(nobody);

/** @param {{ name: string, scopes: Scope[], ends_at: number | null }} answer */
function begun({ name, scopes, ends_at }) {
  const state = name === "" && ends_at === null ? "open" : "in";
  session.set({ ...nobody, state, name, scopes, endsAt: ends_at });
}

/** Asks the service whether there is a session. */
export async function look() {
  try {
    begun(await call("GET", ["auth", "session"], { quiet: true }));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.status === 401) session.set({ ...nobody, state: "out", isOver: session.get().state === "in" });
    else session.set({ ...nobody, state: "failed", failure: error });
  }
}

/**
 * Begins a session.
 * @param {string} key
 * @throws {Failure}
 */
export async function signIn(key) {
  begun(await call("POST", ["auth", "session"], { json: { key, path: service.pathname }, quiet: true }));
}

/**
 * Ends it.
 * @throws {Failure}
 */
export async function signOut() {
  await call("DELETE", ["auth", "session"], { query: { path: service.pathname }, quiet: true });
  session.set({ ...nobody, state: "out" });
}

unauthorized.listen(() => {
  const { state, isOver } = session.get();
  session.set({ ...nobody, state: "out", isOver: isOver || state === "in" });
});

/**
 * Whether the key may do this; what it may not is not shown.
 * @param {Scope} scope
 */
export function useMay(scope) {
  return useStore(session).scopes.includes(scope);
}
