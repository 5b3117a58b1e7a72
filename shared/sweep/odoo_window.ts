/**
 * Which rows of an Odoo model a poll asks for, page by page. Pure.
 *
 * `write_date` is the start of the transaction, so rows appear behind the newest: each poll begins `OVERLAP_S` earlier. It is
 * shown in whole seconds, and Odoo 19 compares it so: `>=` only. One transaction gives all its rows the same one, so a page may
 * hold nothing else; such a second is then read by id. Rows that are written meanwhile move to the end, never out of sight:
 * a page begins where the one before ended, not at an offset.
 */
import { sha256 } from "../crypto/hmac.ts";
import { parseStamp } from "../stamp.ts";
import type { OdooDomain } from "../odoo/client.ts";

/** As connectors for Odoo do; transactions are shorter. */
export const OVERLAP_S = 300;
export const PAGE_ROWS = 100;
/** The overlap, and what may be wrong with our idea of Odoo's clock. */
const SURE_S = 900;

/** Stamps are Odoo's, `YYYY-MM-DD HH:MM:SS` in UTC: their order is that of their texts. */
export interface OdooWindow {
  /** Rows from here on have not all been read. */
  from: string;
  /** Set while one second's rows are read by id: the last id read. */
  afterId: number | null;
}

/**
 * @param newest the greatest stamp seen
 * @param readAt when the last poll that came to its end began, by Odoo's clock: long after it nothing appears behind it any more,
 * and a bulk write that was the last one for days is not read at each poll. Null: nobody knows
 */
export function startWindow(newest: string, readAt: string | null = null): OdooWindow {
  const overlapping = shifted(newest, -OVERLAP_S);
  const sure = readAt === null ? "" : shifted(readAt, -SURE_S);
  return { from: sure > overlapping ? sure : overlapping, afterId: null };
}

export function windowQuery({ from, afterId }: OdooWindow): { domain: OdooDomain; order: string } {
  return afterId === null ? { domain: [["write_date", ">=", from]], order: "write_date asc, id asc" } : {
    domain: [["write_date", ">=", from], ["write_date", "<", shifted(from, 1)], ["id", ">", afterId]],
    order: "id asc",
  };
}

/** Where to go on after a page; null when it was the last one. */
export function nextWindow(
  window: OdooWindow,
  rows: readonly { id: number; write_date?: unknown }[],
  pageRows = PAGE_ROWS,
): OdooWindow | null {
  const last = rows.at(-1);
  const isFull = rows.length >= pageRows && last !== undefined;
  if (window.afterId !== null) {
    return isFull ? { ...window, afterId: last.id } : { from: shifted(window.from, 1), afterId: null };
  }
  if (!isFull) return null;
  const reached = odooStamp(last.write_date);
  return reached !== null && reached > window.from
    ? { from: reached, afterId: null }
    : { ...window, afterId: 0 };
}

/** Any stamp as Odoo writes it, in whole seconds; null when it is none. */
export function odooStamp(value: unknown): string | null {
  return parseStamp(value)?.slice(0, 19).replace("T", " ") ?? null;
}

export function shifted(stamp: string, seconds: number): string {
  const at = Date.parse(`${stamp.replace(" ", "T")}Z`) + seconds * 1000;
  return new Date(at).toISOString().slice(0, 19).replace("T", " ");
}

/** Id -> what was seen of it. Rows a poll has dealt with and will meet again within the overlap. */
export type Recent = Readonly<Record<string, string>>;

/** More are compared with their bases again: it costs a statement, not a call. */
const MOST_RECENT = 2000;

/** What stays worth remembering when the newest row seen is `newest`. */
export function stillRecent(recent: Recent, newest: string): Record<string, string> {
  const oldest = shifted(newest, -OVERLAP_S - 1);
  const kept = Object.entries(recent).filter(([, mark]) => mark.slice(0, 19) >= oldest);
  kept.sort(([, left], [, right]) => (left < right ? 1 : left > right ? -1 : 0));
  return Object.fromEntries(kept.slice(0, MOST_RECENT));
}

/** What is remembered of a row: when it was written and what it said, because two writes may fall into one second. */
export function markOf(row: { write_date?: unknown } & Record<string, unknown>): string {
  return `${odooStamp(row.write_date) ?? ""} ${sha256(JSON.stringify(row)).slice(0, 12)}`;
}
