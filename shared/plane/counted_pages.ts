/**
 * A list in the order of its making, one page of a hundred at a time, from wherever the reader has come to. Plane's cursor is an
 * offset: when a row before it goes away, the next page skips one. Pages that overlap would notice, and cost an eighth more calls;
 * here the number of rows tells, which Plane sends with each page.
 */
import { z } from "zod";
import { SuiteError } from "../errors.ts";
import { parseStamp } from "../stamp.ts";
import type { PlaneRequest, PlaneTransport } from "./transport.ts";

/** The documented maximum. */
export const PAGE_SIZE = 100;

/** How far a reader has come; JSON, so that another one can go on. */
export const listPositionSchema = z.object({
  /** The page to read next. */
  page: z.number().int().min(0),
  /** When the last row that was handed out was made, and all rows of that moment. */
  last: z.string().nullable(),
  lastIds: z.array(z.string()),
  /** Rows the list had at the first page and at the latest; null: not known. */
  firstTotal: z.number().nullable(),
  total: z.number().nullable(),
  /** Plane's clock at the first page. */
  startedAt: z.string().nullable(),
  /** Rows handed out, how many of them were made since, and rows seen to have gone away. */
  read: z.number(),
  made: z.number(),
  gone: z.number(),
});

export type ListPosition = z.output<typeof listPositionSchema>;

export const BEGINNING: ListPosition = {
  page: 0,
  last: null,
  lastIds: [],
  firstTotal: null,
  total: null,
  startedAt: null,
  read: 0,
  made: 0,
  gone: 0,
};

const pageSchema = z.object({
  results: z.array(z.looseObject({ id: z.string(), created_at: z.string() })),
  next_page_results: z.boolean(),
  total_count: z.number().int().nullish().catch(null),
});

export type CreatedRow = z.output<typeof pageSchema>["results"][number];

export interface CountedPage {
  /** Rows nobody has handed out before. */
  rows: CreatedRow[];
  position: ListPosition;
  done: boolean;
}

/**
 * Reads the page at `position`. Rows that were there all the time come exactly once over all pages, in the order of their making,
 * unless {@link maySkipRows} says otherwise at the end.
 *
 * @param request the list; `order_by=created_at` is added
 * @throws SuiteError plane_bad_answer when the answer is no page; what the transport throws
 */
export async function readCountedPage(
  transport: PlaneTransport,
  request: PlaneRequest,
  position: ListPosition,
): Promise<CountedPage> {
  const answer = await transport({
    ...request,
    query: {
      ...request.query,
      order_by: "created_at",
      per_page: String(PAGE_SIZE),
      ...(position.page === 0 ? {} : { cursor: `${PAGE_SIZE}:${position.page}:0` }),
    },
  });
  const parsed = pageSchema.safeParse(answer.body);
  if (!parsed.success) throw new SuiteError("plane_bad_answer", { facts: { operation: request.operation } });
  const { results, next_page_results: more, total_count: total } = parsed.data;
  return nextPage(position, {
    rows: results,
    more: more && results.length > 0,
    total: total ?? null,
    at: parseStamp(new Date(answer.headers.get("date") ?? NaN).toJSON()),
  });
}

/** What a page says about the rest of the list. Pure. */
export function nextPage(
  position: ListPosition,
  page: { rows: readonly CreatedRow[]; more: boolean; total: number | null; at: string | null },
): CountedPage {
  const begun = position.startedAt !== null || position.read > 0;
  const first = begun ? position : { ...position, firstTotal: page.total, startedAt: page.at };
  const lost = position.total === null || page.total === null ? 0 : Math.max(0, position.total - page.total);
  const counted = { ...first, total: page.total ?? first.total, gone: first.gone + lost };
  if (lost > 0 && position.page > 0) {
    // So many rows may have moved to pages that were read: from there again, knowing what was handed out.
    const back = Math.floor((PAGE_SIZE * position.page - lost) / PAGE_SIZE);
    return { rows: [], position: { ...counted, page: Math.max(0, back) }, done: false };
  }
  const rows = page.rows.filter((row) => isNew(row, counted));
  const last = rows.at(-1)?.created_at;
  const lastStamp = last === undefined ? counted.last : stampOf(last);
  const sameMoment = rows.filter((row) => stampOf(row.created_at) === lastStamp).map(({ id }) => id);
  return {
    rows,
    position: {
      ...counted,
      page: counted.page + 1,
      last: lastStamp,
      lastIds: lastStamp === counted.last ? [...counted.lastIds, ...sameMoment] : sameMoment,
      read: counted.read + rows.length,
      made: counted.made +
        rows.filter((row) => counted.startedAt !== null && stampOf(row.created_at) >= counted.startedAt)
          .length,
    },
    done: !page.more,
  };
}

/**
 * Whether a row may have been skipped although the number of rows never fell from one page to the next: one went away and another
 * was made between the same two pages; or Plane did not say how many there are.
 */
export function maySkipRows({ firstTotal, total, made, gone }: ListPosition): boolean {
  return firstTotal === null || total === null || firstTotal + made - total > gone;
}

function isNew(row: CreatedRow, { last, lastIds }: ListPosition): boolean {
  if (last === null) return true;
  const at = stampOf(row.created_at);
  return at > last || (at === last && !lastIds.includes(row.id));
}

function stampOf(text: string): string {
  return parseStamp(text) ?? text;
}
