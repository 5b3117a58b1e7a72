/** The report of a dry run: the writes it would make, record by record, and what they would cost. */
import type { JsonObject } from "../json.ts";
import type { RunAtWork } from "./dependencies.ts";
import { type RehearsalSource, rehearse } from "./rehearse.ts";
import type { RehearsedRecord } from "./rehearsal_record.ts";

/** So many records are listed; the totals count all. */
const MOST_LISTED = 2_000;

/**
 * @param callsPerMinute what Plane's limit allows
 * @param outOfTime once it says so the report is `partial`: it has what was found until then
 */
export async function dryRun(
  source: RehearsalSource,
  run: RunAtWork,
  callsPerMinute: number,
  outOfTime: () => boolean,
): Promise<JsonObject> {
  const records: RehearsedRecord[] = [];
  const totals: Record<string, number> = {};
  const rehearsal = await rehearse(
    source,
    run,
    ({ record }) => {
      totals[record.action] = (totals[record.action] ?? 0) + 1;
      if (records.length < MOST_LISTED) records.push(record);
    },
    undefined,
    outOfTime,
  );
  const { calls, progress } = rehearsal;
  const planeCalls = calls.plane.reads + calls.plane.writes;
  const report = {
    partial: rehearsal.partial,
    totals,
    records: records.toSorted((left, right) => left.entity < right.entity ? -1 : 1),
    not_listed: Object.values(totals).reduce((sum, count) => sum + count, 0) - records.length,
    calls,
    budget_minutes: Math.round((planeCalls / callsPerMinute) * 10) / 10,
    duplicates: progress.duplicates,
    unsettled: rehearsal.queue.unsettled().slice(0, MOST_LISTED),
    counts: progress.counts,
  };
  return JSON.parse(JSON.stringify(report)) as JsonObject;
}
