/** Points in time as both products and PostgreSQL write them, in one comparable form. */

const STAMP =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?(Z|[+-](?:0\d|1[0-5])(?::?[0-5]\d)?)?$/;

/**
 * A stamp as `YYYY-MM-DDTHH:MM:SS.ffffffZ`: UTC, microseconds, so that comparing two texts compares two moments.
 *
 * Reads ISO 8601 with any offset (Plane's REST answers carry the token owner's), PostgreSQL's text form and Odoo's
 * `YYYY-MM-DD HH:MM:SS`, which has no offset and means UTC. Anything else, a 31st of February included, is null.
 */
export function parseStamp(value: unknown): string | null {
  const match = typeof value === "string" ? STAMP.exec(value) : null;
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const local = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const written = `${match[1]}-${match[2]}-${match[3]}T${match[4]}:${match[5]}:${match[6]}.000Z`;
  if (year === 0 || Number.isNaN(local.getTime()) || local.toISOString() !== written) return null;
  const utc = new Date(local.getTime() - offsetMinutes(match[8]) * 60_000);
  const seconds = utc.toISOString().slice(0, 19);
  return /^\d{4}-/.test(seconds) ? `${seconds}.${(match[7] ?? "").padEnd(6, "0")}Z` : null;
}

function offsetMinutes(offset: string | undefined): number {
  if (offset === undefined || offset === "Z") return 0;
  const digits = offset.slice(1).replace(":", "").padEnd(4, "0");
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return offset.startsWith("-") ? -minutes : minutes;
}
