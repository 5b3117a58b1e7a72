/** Plane's list envelope: offset paging that calls itself a cursor. */
import { type Answer, crash, ok, unparsable } from "./answers.ts";
import type { JsonObject } from "./python_json.ts";

const LIMIT = 1000;

/**
 * One page of `rows`. The cursor is `size:page:flag`: only the page in it counts, the size comes from `per_page`.
 * `next_cursor` is there even on the last page. Throws 400 for a bad size or cursor and 500 for a size of 0 or less.
 */
export function page<Row>(
  rows: readonly Row[],
  query: URLSearchParams,
  present: (row: Row) => JsonObject,
): Answer {
  const size = pageSize(query.get("per_page"));
  const number = pageNumber(query.get("cursor"));
  if (size <= 0) throw crash();
  const shown = rows.slice(number * size, (number + 1) * size);
  return ok({
    grouped_by: null,
    sub_grouped_by: null,
    total_count: rows.length,
    next_cursor: `${size}:${number + 1}:0`,
    prev_cursor: `${size}:${number - 1}:1`,
    next_page_results: (number + 1) * size < rows.length,
    prev_page_results: number > 0,
    count: shown.length,
    total_pages: Math.ceil(rows.length / size),
    total_results: rows.length,
    extra_stats: null,
    results: shown.map(present),
  });
}

function pageSize(text: string | null): number {
  if (text === null) return LIMIT;
  if (!/^\s*[+-]?\d+\s*$/.test(text)) throw unparsable("Invalid per_page parameter.");
  const size = Number(text);
  if (size > LIMIT) throw unparsable(`Invalid per_page value. Cannot exceed ${LIMIT}.`);
  return size;
}

function pageNumber(text: string | null): number {
  if (text === null) return 0;
  const parts = text.split(":");
  if (parts.length !== 3 || parts.some((part) => !/^-?\d+(\.\d+)?$/.test(part))) {
    throw unparsable("Invalid cursor parameter.");
  }
  const number = Number(parts[1]);
  if (number < 0) throw unparsable("Invalid cursor parameter.");
  return number;
}

/** `order_by`: any field, `-` for descending. An unknown one is a 500, as in Plane. */
export function ordered<Row extends object>(
  rows: readonly Row[],
  query: URLSearchParams,
  present: (row: Row) => JsonObject,
): Row[] {
  const asked = query.get("order_by");
  if (asked === null || asked === "") return [...rows];
  const field = asked.replace(/^-/, "");
  const direction = asked.startsWith("-") ? -1 : 1;
  const first = rows[0];
  if (first !== undefined && !(field in present(first))) throw crash();
  return rows.toSorted((left, right) =>
    direction * compare(Reflect.get(left, field), Reflect.get(right, field))
  );
}

/** Stored values, not shown ones: a stamp without a fraction would sort behind all others of its second. */
function compare(left: unknown, right: unknown): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  const [first, second] = [String(left ?? ""), String(right ?? "")];
  return first < second ? -1 : first > second ? 1 : 0;
}
