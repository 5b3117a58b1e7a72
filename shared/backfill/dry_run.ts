/** A dry run: the writes a run would make, record by record, and what they would cost. It goes on where another request stopped. */
import type { RehearsalChange, RehearsalShelves } from "../store/runs/rehearsal.ts";
import type { HeldRun } from "../store/runs/runs.ts";
import type { RunAtWork } from "./steps/dependencies.ts";
import { keepIndex, recallIndex } from "./steps/odoo_index.ts";
import type { Progress } from "./steps/progress.ts";
import { createRehearsal, type RehearsalSource } from "./rehearsal/rehearsal.ts";
import { changesKept, changesOf, recallMemory, type RehearsalMemory } from "./rehearsal/memory.ts";
import type { RehearsedRecord } from "./rehearsal/record.ts";
import type { Stage } from "./stage.ts";

/** So many records are in the report itself, and in one answer of the list; the totals count all. */
export const MOST_LISTED = 2_000;
/** A record whose side is away is tried again so often, each time by another request, until it counts as failed. */
const AGAIN = 10;

/**
 * @param source nothing of it is written to
 * @param shelves keep what is imagined between requests
 * @param run is given what the run knew of Odoo
 * @param callsPerMinute what Plane's limit allows
 */
export async function dryRun(
  source: RehearsalSource,
  shelves: RehearsalShelves,
  held: HeldRun,
  run: RunAtWork,
  callsPerMinute: number,
): Promise<Stage> {
  const memory = await recallMemory(shelves, held.id);
  const { tally } = memory;
  let found: RehearsalChange[] = [];
  const { deps, queue } = createRehearsal(source, memory, {
    again: AGAIN,
    onRecord: ({ record }) => {
      tally.totals[record.action] = (tally.totals[record.action] ?? 0) + 1;
      tally.records += 1;
      found.push(lineOf(record, tally.records));
    },
  });
  for (const [project, index] of memory.index) run.index = { project, of: recallIndex(index) };
  return {
    deps,
    carryOut: () => queue.work(),
    keep: async (step, leaseMs) => {
      rememberIndex(run, memory);
      if (!await shelves.keep(held, [...changesOf(memory), ...found], step, leaseMs)) return false;
      changesKept(memory);
      found = [];
      return true;
    },
    report: async ({ counts, duplicates }: Progress) => {
      const records = await shelves.records(held.id, 0, MOST_LISTED);
      const planeCalls = tally.plane.reads + tally.plane.writes;
      return {
        totals: tally.totals,
        records,
        not_listed: tally.records - records.length,
        calls: { plane: tally.plane, odoo: tally.odoo },
        budget_minutes: Math.round((planeCalls / callsPerMinute) * 10) / 10,
        duplicates,
        unsettled: queue.unsettled().slice(0, MOST_LISTED),
        counts,
      };
    },
  };
}

/** A line of the list; one record may have several. Lines come in the order of their records. */
function lineOf(record: RehearsedRecord, place: number): RehearsalChange {
  const key = `${record.entity} ${String(place).padStart(9, "0")}`;
  return { part: "record", key, place, value: JSON.stringify(record) };
}

/** Whoever goes on in the middle of a project need not read Odoo's side of it again. */
function rememberIndex({ index }: RunAtWork, memory: RehearsalMemory): void {
  for (const [project] of memory.index) if (project !== index?.project) memory.index.delete(project);
  if (index !== null && !memory.index.has(index.project)) {
    memory.index.set(index.project, keepIndex(index.of));
  }
}
