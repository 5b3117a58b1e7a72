/** Dates and times as Odoo reads and writes them: UTC, `YYYY-MM-DD HH:MM:SS`, nothing else. */
import { valueError } from "./exceptions.ts";

const FORM = /^(\d{4})-(\d{2})-(\d{2})(?: (\d{2}):(\d{2})(?::(\d{2}))?)?$/;

/** Microseconds since 1970. A date alone is midnight. A `T`, a zone or a fraction is refused with a 500. */
export function parseDatetime(text: string): number {
  const micros = datetimeMicros(text);
  if (micros !== undefined) return micros;
  const extra = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(.+)$/.exec(text)?.[1];
  throw valueError(
    extra === undefined
      ? `time data '${text}' does not match format '%Y-%m-%d %H:%M:%S'`
      : `unconverted data remains: ${extra}`,
  );
}

export function datetimeMicros(text: string): number | undefined {
  const parts = FORM.exec(text);
  if (parts === null) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1).map((part) => Number(part ?? 0));
  const iso = `${parts[1]}-${parts[2]}-${parts[3]}`;
  if (year === undefined || month === undefined || hour === undefined) return undefined;
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  const valid = new Date(ms).toISOString().startsWith(iso) && hour < 24 && Number(minute) < 60;
  return valid && Number(second) < 60 ? ms * 1000 : undefined;
}

/** Only the first ten characters count, whatever follows. */
export function parseDate(text: string): string {
  const date = text.slice(0, 10);
  if (/^\d{4}-\d{2}-\d{2}$/.test(date) && datetimeMicros(date) !== undefined) return date;
  throw valueError(`time data '${date}' does not match format '%Y-%m-%d'`);
}

/** Cut, not rounded, to whole seconds: what every answer shows of a stamp. */
export function formatDatetime(micros: number): string {
  return new Date(Math.floor(micros / 1000)).toISOString().slice(0, 19).replace("T", " ");
}

/** The moment at which clocks in this zone show the given wall time. Both in microseconds. */
export function wallTimeToUtc(wall: number, zone: string): number {
  const first = wall - offsetAt(wall, zone);
  return wall - offsetAt(first, zone);
}

function offsetAt(micros: number, zone: string): number {
  const ms = Math.floor(micros / 1_000_000) * 1000;
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(ms);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  const shown = Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
  return (shown - ms) * 1000;
}
