/** A rehearsal that begins and ends in one request. */
import type { RunHint } from "../../store/runs/backfill.ts";
import type { RunAtWork } from "../steps/dependencies.ts";
import { NOTHING_DONE, type Progress } from "../steps/progress.ts";
import { createRehearsal, type RehearsalSource } from "./rehearsal.ts";
import { newMemory, type Tally } from "./memory.ts";
import type { RehearsalQueue } from "./queue.ts";
import type { Rehearsed } from "./record.ts";
import { takeStep } from "../steps/step.ts";

export interface WholeRehearsal {
  progress: Progress;
  calls: Pick<Tally, "plane" | "odoo">;
  queue: RehearsalQueue;
}

export interface Listeners {
  /** Is told of each record that would be written, in no particular order. */
  onRecord: (rehearsed: Rehearsed) => void;
  /** Is told of what the steps hint, before it is rehearsed. */
  onHints: (hints: readonly RunHint[]) => void;
}

/**
 * Goes on until a phase or a place, with all that was hinted carried out. A side that is away fails the records that ask for it.
 *
 * @throws what reading either side throws
 */
export async function rehearse(
  source: RehearsalSource,
  run: RunAtWork,
  listeners: Listeners,
  until: (progress: Progress) => boolean,
): Promise<WholeRehearsal> {
  const memory = newMemory();
  const { deps, queue } = createRehearsal(source, memory, { again: 0, ...listeners });
  let progress = NOTHING_DONE;
  while (!until(progress)) {
    ({ progress } = await takeStep(progress, run, deps));
    await workAll(queue);
  }
  return { progress, calls: memory.tally, queue };
}

/** Carries out all that does not wait. */
export async function workAll(queue: RehearsalQueue): Promise<void> {
  while ((await queue.work()).worked > 0);
}
