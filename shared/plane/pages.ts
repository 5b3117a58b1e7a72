/** All rows of a Plane list, each once, although the list changes while it is read. */
import { SuiteError } from "../errors.ts";
import { planePageSchema } from "./schemas.ts";
import type { PlaneRequest, PlaneTransport } from "./transport.ts";

/** A row as Plane sent it. */
export type PlaneRow = Readonly<Record<string, unknown>> & { readonly id: string };

/** The documented maximum; the community edition would take 1000. */
const PAGE_SIZE = 100;
/** A server with smaller pages than this is read without overlap: its pages cannot be made to fit. */
const SMALLEST_PAGE = 50;
/** How many rows two neighbouring pages share. */
const OVERLAP = 5;
/** Beyond this something is wrong with the paging, not with the list. */
const MOST_PAGES = 10_000;

/**
 * Row after row until `next_page_results` is false; the presence of a cursor says nothing.
 *
 * Plane's cursor is an offset: when rows before it go away meanwhile, the next page skips as many. Each page therefore
 * begins a few rows before the end of the one before, and its first row must be one that was seen; otherwise more rows
 * went away than that, and the page is asked for from further back. Rows that come twice are yielded once. So in an order
 * in which rows do not change places (`created_at`, not `updated_at`) every row that is there all the time comes exactly
 * once; rows that are made or deleted meanwhile come at most once.
 *
 * @param resume where an earlier reading stopped: how many rows it had read, and the ids of the last of them. Where none of those
 * is found, rows from further back come again.
 * @throws SuiteError plane_bad_answer when the answers are no pages; what the transport throws
 */
export async function* planeRows(
  transport: PlaneTransport,
  request: PlaneRequest,
  resume?: { readonly offset: number; readonly tail: readonly string[] },
): AsyncGenerator<PlaneRow> {
  const seen = new Set<string>(resume?.tail);
  let largest = PAGE_SIZE;
  let page = resume === undefined ? { size: PAGE_SIZE, number: 0 } : nextPage(resume.offset - OVERLAP);
  let overlap = OVERLAP;
  let back = overlap;
  for (let count = 0; count < MOST_PAGES; count += 1) {
    const { rows, more } = await readPage(transport, request, page);
    const [first] = rows;
    const end = page.size * page.number + rows.length;
    if (page.number > 0 && overlap > 0 && (first === undefined || !seen.has(first.id))) {
      // What lies between is not known: further back, twice as far each time, until the beginning.
      back *= 2;
      page = nextPage(page.size * page.number - back, largest);
      continue;
    }
    for (const row of rows) {
      if (seen.has(row.id)) continue;
      seen.add(row.id);
      yield row;
    }
    if (!more || rows.length === 0) return;
    // A server that gives fewer than it was asked for counts its pages in its own size.
    if (rows.length < page.size) largest = Math.min(largest, rows.length);
    overlap = largest >= SMALLEST_PAGE ? OVERLAP : 0;
    back = overlap;
    page = nextPage(end - overlap, largest);
  }
  throw new SuiteError("plane_bad_answer", {
    message: "Plane's list has no end.",
    facts: { operation: request.operation },
  });
}

/**
 * The page that begins at `offset` or a little before and reaches furthest. An offset is the number of a page times the
 * size asked for (the size inside the cursor is ignored), so only some offsets can be had: the size is chosen to fit.
 */
export function nextPage(offset: number, largest = PAGE_SIZE): { size: number; number: number } {
  if (offset <= 0) return { size: largest, number: 0 };
  let best = { size: largest, number: Math.floor(offset / largest) };
  for (let size = largest - 1; size >= largest / 2; size -= 1) {
    const number = Math.floor(offset / size);
    if (size * (number + 1) > best.size * (best.number + 1)) best = { size, number };
  }
  return best;
}

async function readPage(
  transport: PlaneTransport,
  request: PlaneRequest,
  { size, number }: { size: number; number: number },
): Promise<{ rows: PlaneRow[]; more: boolean }> {
  const cursor: Record<string, string> = number === 0 ? {} : { cursor: `${size}:${number}:0` };
  const answer = await transport({
    ...request,
    query: { ...request.query, per_page: String(size), ...cursor },
  });
  const page = planePageSchema.safeParse(answer.body);
  if (!page.success) throw new SuiteError("plane_bad_answer", { facts: { operation: request.operation } });
  return { rows: page.data.results, more: page.data.next_page_results };
}
