/**
 * Plane's clock: microseconds, shown in the time zone of the user who asks (REST) or in UTC (webhooks).
 */

/** Microseconds since 1970. */
export type Micros = number;

export interface Clock {
  /** Seconds since 1970, with a fraction, as the request limit counts. */
  seconds(): number;
  /** A stamp that is later than every stamp before it, even when the clock stands still. */
  stamp(): Micros;
}

export function createClock(now: () => number): Clock {
  let last = 0;
  return {
    seconds: () => now() / 1000,
    stamp: () => last = Math.max(Math.round(now() * 1000), last + 1),
  };
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** The offset of a zone at an instant, in minutes east of UTC. */
function offsetMinutes(milliseconds: number, timeZone: string): number {
  let formatter = formatters.get(timeZone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" });
    formatters.set(timeZone, formatter);
  }
  const name = formatter.formatToParts(milliseconds).find((part) => part.type === "timeZoneName")?.value ??
    "GMT";
  const match = /([+-])(\d\d):(\d\d)/.exec(name);
  if (match === null) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return match[1] === "-" ? -minutes : minutes;
}

/** `2026-11-21T03:37:19.706780+01:00`; `Z` for UTC; no fraction when it is zero, as Python prints it. */
export function formatStamp(micros: Micros, timeZone = "UTC"): string {
  const milliseconds = Math.floor(micros / 1000);
  const offset = timeZone === "UTC" ? 0 : offsetMinutes(milliseconds, timeZone);
  const wall = new Date(Math.floor(milliseconds / 1000) * 1000 + offset * 60_000).toISOString().slice(0, 19);
  const rest = micros - Math.floor(micros / 1_000_000) * 1_000_000;
  const fraction = rest === 0 ? "" : `.${String(rest).padStart(6, "0")}`;
  if (offset === 0) return `${wall}${fraction}Z`;
  const hours = String(Math.floor(Math.abs(offset) / 60)).padStart(2, "0");
  const minutes = String(Math.abs(offset) % 60).padStart(2, "0");
  return `${wall}${fraction}${offset < 0 ? "-" : "+"}${hours}:${minutes}`;
}

/** Reads an ISO 8601 stamp with up to six digits; `undefined` when it is none. */
export function parseStamp(text: string): Micros | undefined {
  const match = /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,6})\d*)?(Z|[+-]\d\d:\d\d)?$/.exec(text);
  if (match === null) return undefined;
  const milliseconds = Date.parse(`${match[1]}${match[3] ?? "Z"}`);
  return Number.isNaN(milliseconds)
    ? undefined
    : milliseconds * 1000 + Number((match[2] ?? "").padEnd(6, "0"));
}

/** The instant at which a wall-clock time of a zone happens. */
export function instantIn(timeZone: string, date: string, time: string): Micros {
  const guess = Date.parse(`${date}T${time}Z`);
  return (guess - offsetMinutes(guess, timeZone) * 60_000) * 1000;
}
