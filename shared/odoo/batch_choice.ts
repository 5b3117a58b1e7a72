/** Which of the waiting calls go into the next joined call, and when they had better go apart. */
import { SuiteError } from "../errors.ts";

export interface Waiting<Row> {
  readonly rows: readonly Row[];
}

export interface BatchRules<Row> {
  /** Rows of different calls with equal marks are never in one joined call; undefined: any number of them may be. */
  readonly mark: (row: Row) => string | undefined;
  /** A call with such a mark goes alone. */
  readonly isSuspect: (mark: string) => boolean;
  readonly mostRows: number;
}

/**
 * The first waiting call, and with it as many of the others as fit. Calls with a common mark keep their order: one that has
 * to wait holds back all later ones like it. The first always goes, also when it alone is larger than the limit.
 */
export function nextBatch<Row, Call extends Waiting<Row>>(
  waiting: readonly Call[],
  { mark, isSuspect, mostRows }: BatchRules<Row>,
): Call[] {
  const marksOf = (call: Call) => call.rows.flatMap((row) => mark(row) ?? []);
  const [first, ...others] = waiting;
  if (first === undefined) return [];
  const taken = new Set(marksOf(first));
  if ([...taken].some(isSuspect)) return [first];
  const batch = [first];
  let room = mostRows - first.rows.length;
  for (const call of others) {
    const marks = marksOf(call);
    const goes = call.rows.length <= room && !marks.some((each) => taken.has(each) || isSuspect(each));
    for (const each of marks) taken.add(each);
    if (!goes) continue;
    batch.push(call);
    room -= call.rows.length;
  }
  return batch;
}

/**
 * Whether the calls may fare better apart: Odoo itself refused, and did nothing. What has nothing to do with the records
 * (no connection, a wrong key, a proxy's answer), and what may have taken effect, is not sent again.
 */
export function isFaultOfOne(thrown: unknown): boolean {
  if (!(thrown instanceof SuiteError) || thrown.outcomeUnknown) return false;
  switch (thrown.code) {
    case "odoo_rejected":
    case "odoo_bad_request":
    case "odoo_missing_record":
    case "odoo_forbidden":
    case "odoo_conflict":
      return true;
    case "odoo_server_error":
      return thrown.facts.exception !== undefined;
    default:
      return false;
  }
}
