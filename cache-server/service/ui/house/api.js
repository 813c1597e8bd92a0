// Calls of the service's API, and what may come of them.

import { store } from "./store.js";

/** Where the service is: one level above the document, below whatever prefix. */
export const service = new URL("..", document.baseURI);

/** Whether the last call reached the service. */
export const isReachable = store(true);

/** How often something was refused for want of a session. */
export const unauthorized = store(0);

const LONGEST = 30_000;

/** The code of a call that was given up. */
export const TIMED_OUT = "TIMED_OUT";

/** Why a call failed, in words for the person in front of it. */
export class Failure extends Error {
  /**
   * @param {string} message
   * @param {{ status?: number, code?: string, requestId?: string, retryAfter?: number }} [more]
   */
  constructor(message, more = {}) {
    super(message);
    this.name = "Failure";
    /** The status of the answer; 0 when there was none. */
    this.status = more.status ?? 0;
    /** The code of the error, which programs know it by. */
    this.code = more.code ?? "";
    /** The identifier of the request in the service's log. */
    this.requestId = more.requestId ?? "";
    /** After how many seconds it may be tried again; 0 when nothing was said. */
    this.retryAfter = more.retryAfter ?? 0;
  }
}

/**
 * @typedef {object} CallOptions
 * @property {Record<string, string | number | boolean | undefined | null>} [query] Values that are undefined, null or empty are left out.
 * @property {unknown} [json] A body, sent as JSON.
 * @property {BodyInit} [body] A body, sent as it is.
 * @property {Record<string, string>} [headers]
 * @property {AbortSignal} [signal]
 * @property {(text: string) => unknown} [read] Reads the JSON of the answer; `readJson` keeps the digits of numbers.
 * @property {boolean} [quiet] Whether a 401 means no more than that.
 * @property {number} [longest] How long it may take, in milliseconds; 30 s when not given.
 */

/**
 * The address of an operation, for links such as downloads.
 * @param {string[]} path Segments, which are encoded here.
 * @param {CallOptions["query"]} [query]
 */
export function url(path, query = {}) {
  const target = new URL(path.map(encodeURIComponent).join("/"), service);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") target.searchParams.set(name, String(value));
  }
  return target.href;
}

/**
 * Calls an operation, and returns its answer, which is a success.
 * @param {string} method
 * @param {string[]} path
 * @param {CallOptions} [options]
 * @returns {Promise<Response>}
 * @throws {Failure}
 */
export async function request(method, path, options = {}) {
  const { query, json, body, headers = {}, signal, quiet = false, longest = LONGEST } = options;
  const timeout = AbortSignal.timeout(longest);
  let answer;
  try {
    answer = await fetch(url(path, query), {
      method,
      headers: json === undefined ? headers : { "content-type": "application/json", ...headers },
      body: json === undefined ? (body ?? null) : JSON.stringify(json),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      credentials: "same-origin",
      cache: "no-store",
      redirect: "error",
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    // It may be busy with this alone: that is no reason to ask again as soon as it answers something else.
    if (timeout.aborted) throw new Failure("The service did not answer in time.", { code: TIMED_OUT });
    isReachable.set(false);
    throw new Failure("The service cannot be reached.");
  }
  isReachable.set(true);
  if (answer.ok) return answer;
  if (answer.status === 401 && !quiet) unauthorized.set(unauthorized.get() + 1);
  throw await refused(answer);
}

/**
 * Calls an operation that answers with JSON.
 * @param {string} method
 * @param {string[]} path
 * @param {CallOptions} [options]
 * @returns {Promise<any>}
 * @throws {Failure}
 */
export async function call(method, path, options = {}) {
  const answer = await request(method, path, options);
  const { status } = answer;
  let text;
  try {
    text = await answer.text();
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Failure("The answer broke off.", { status, requestId: requestId(answer) });
  }
  try {
    return text === "" ? null : (options.read ?? JSON.parse)(text);
  } catch {
    throw new Failure("The answer is no JSON: it may come from something between this page and the service.", {
      status,
      requestId: requestId(answer),
    });
  }
}

/** @param {Response} answer */
function requestId(answer) {
  return answer.headers.get("x-request-id") ?? answer.headers.get("fast-api-request-id") ?? "";
}

/** @param {Response} answer */
async function refused(answer) {
  const { status } = answer;
  const retryAfter = Number(answer.headers.get("retry-after")) || 0;
  let body;
  try {
    body = JSON.parse((await answer.text()).slice(0, 100_000));
  } catch {
    body = null;
  }
  const { message, code } = told(body);
  return new Failure(message || usual(status, retryAfter), { status, code, requestId: requestId(answer), retryAfter });
}

/**
 * What the body of a refusal says, in any of the shapes that the services have.
 * @param {any} body
 * @returns {{ message: string, code: string }}
 */
function told(body) {
  const detail = body?.detail;
  const first = Array.isArray(detail) ? detail[0] : undefined;
  const message = [
    typeof detail === "string" ? detail : undefined,
    detail?.message,
    first && [first.loc?.at?.(-1), first.msg].filter(Boolean).join(": "),
    body?.message,
    body?.title,
    body?.error,
  ].find((text) => typeof text === "string" && text !== "");
  const code = [body?.code, detail?.error_type, detail?.code, first?.type].find((text) => typeof text === "string");
  return { message: message ?? "", code: code ?? "" };
}

/** @param {number} status @param {number} retryAfter */
function usual(status, retryAfter) {
  if (status === 401) return "The service wants an API key.";
  if (status === 403) return "The key may not do this.";
  if (status === 404) return "There is nothing of this name.";
  if (status === 429) return `Too many requests${retryAfter ? `: try again in ${retryAfter} s` : ""}.`;
  return status >= 500 ? `The service failed (${status}).` : `The service refused this (${status}).`;
}
