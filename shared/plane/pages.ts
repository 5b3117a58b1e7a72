/** All rows of a Plane list. */
import { SuiteError } from "../errors.ts";
import { planePageSchema } from "./schemas.ts";
import type { PlaneRequest, PlaneTransport } from "./transport.ts";

/** The documented maximum; the community edition would take 1000. */
const PAGE_SIZE = "100";
/** Beyond this something is wrong with the paging, not with the list. */
const MOST_PAGES = 1000;

/**
 * Page after page until `next_page_results` is false; the presence of a cursor says nothing. The size is repeated on
 * every request, because Plane ignores the one in its cursor. The paging is by offset, so a row can come twice or be
 * skipped when the list changes meanwhile: readers that need every row compare ids.
 */
export async function* planePages(
  transport: PlaneTransport,
  request: PlaneRequest,
): AsyncGenerator<unknown[]> {
  let cursor: string | undefined;
  for (let count = 0; count < MOST_PAGES; count += 1) {
    const query = { ...request.query, per_page: PAGE_SIZE, ...(cursor === undefined ? {} : { cursor }) };
    const answer = await transport({ ...request, query });
    const page = planePageSchema.safeParse(answer.body);
    if (!page.success) throw new SuiteError("plane_bad_answer", { facts: { operation: request.operation } });
    yield page.data.results;
    if (!page.data.next_page_results || page.data.results.length === 0) return;
    cursor = page.data.next_cursor;
  }
  throw new SuiteError("plane_bad_answer", {
    message: "Plane's list has no end.",
    facts: { operation: request.operation },
  });
}
