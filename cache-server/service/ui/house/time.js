// Times: relative for the last day, absolute after, in UTC or local time as a person has set.

import { html, useEffect, useState } from "./html.js";
import { zone } from "./settings.js";
import { useStore } from "./store.js";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** To make one takes longer than all else of a time in a table. @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/**
 * @param {number} at Milliseconds since 1970.
 * @param {Intl.DateTimeFormatOptions} parts
 */
function shown(at, parts) {
  const options = { ...parts, ...(zone.get() === "utc" ? { timeZone: "UTC" } : {}) };
  const key = JSON.stringify(options);
  const format = formats.get(key) ?? new Intl.DateTimeFormat("en-GB", options);
  formats.set(key, format);
  return format.format(at);
}

/** Day and time: `12 Nov 2026, 14:01`. @param {number} at */
export function absolute(at) {
  return shown(at, { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
}

/** The day: `12 Nov 2026`. @param {number} at */
export function day(at) {
  return shown(at, { day: "numeric", month: "short", year: "numeric" });
}

/** The day in UTC, whatever is set: of figures that are added up by it. @param {number} at */
export function utcDay(at) {
  return shown(at, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
}

/** The time of day: `14:01:33`. @param {number} at */
export function clock(at) {
  return shown(at, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

/** All of it: `12 Nov 2026, 14:01:33.042 UTC`. @param {number} at */
export function exact(at) {
  const parts = /** @type {Intl.DateTimeFormatOptions} */ ({
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
    timeZoneName: "short",
  });
  return shown(at, parts);
}

/**
 * Relative for the last and the next day: `2 min ago`, `in 3 h`; absolute otherwise.
 * @param {number} at
 * @param {number} now
 */
export function relative(at, now) {
  const apart = Math.abs(now - at);
  if (apart >= DAY) return absolute(at);
  const text =
    apart < MINUTE
      ? `${Math.max(1, Math.round(apart / 1000))} s`
      : apart < 60 * MINUTE
        ? `${Math.round(apart / MINUTE)} min`
        : `${Math.round(apart / (60 * MINUTE))} h`;
  return at > now ? `in ${text}` : `${text} ago`;
}

/** The time now, which moves on every 20 seconds. */
export function useNow() {
  const [now, update] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => document.hidden || update(Date.now()), 20_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/**
 * A time; a dash when there is none.
 * @param {{ at: number | null | undefined, none?: string, whole?: boolean, short?: boolean }} props `whole`: never relative; `short`: only
 *   the day where it is not relative.
 */
export function Time({ at, none = "—", whole = false, short = false }) {
  useStore(zone);
  const now = useNow();
  if (at === null || at === undefined || !Number.isFinite(at)) return html`<span class="muted">${none}</span>`;
  return html`<time dateTime=${new Date(at).toISOString()} title=${exact(at)}>${
    whole ? absolute(at) : short && Math.abs(now - at) >= DAY ? day(at) : relative(at, now)
  }</time>`;
}
