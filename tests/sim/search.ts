/** Runs schedules one after the other, one seed each, and shrinks what fails. */
import fc from "fast-check";
import { runSchedule, type Verdict } from "./run_schedule.ts";
import { schedules } from "./schedules.ts";
import type { Schedule } from "./world/schedule.ts";
import type { WorldOptions } from "./world/world.ts";

export interface SearchOptions {
  /** The first seed; the others follow it. */
  seed: number;
  seeds: number;
  engine: WorldOptions["engine"];
  openStore: WorldOptions["openStore"];
  /** What Plane allows a key a minute; the store must then have a budget. */
  callsPerMinute?: number;
  /** Before each run: empties the store. */
  reset?: () => Promise<void>;
  /** How many failing seeds are shrunk; it takes some hundred runs each. */
  mostShrunk: number;
  /** Ends the search after so many failing seeds. */
  mostFailures: number;
  onFailure?: (failure: Failure) => void;
  onProgress?: (done: number) => void;
}

export interface Failure {
  readonly seed: number;
  /** As small as it could be made. */
  readonly schedule: Schedule;
  readonly verdict: Verdict;
}

export interface SearchReport {
  readonly schedules: number;
  readonly edits: number;
  /** Edits a gap between reading and writing swallowed. */
  readonly inGap: number;
  /** Pairs whose parents differ because Odoo refuses circles. */
  readonly circles: number;
  /** Deleted comments that were made again, because nobody knew of the first. */
  readonly madeAgain: number;
  readonly failures: readonly Failure[];
}

export async function search(options: SearchOptions): Promise<SearchReport> {
  const failures: Failure[] = [];
  let done = 0;
  let edits = 0;
  let inGap = 0;
  let circles = 0;
  let madeAgain = 0;
  for (let seed = options.seed; seed < options.seed + options.seeds; seed++) {
    const schedule = scheduleOf(seed);
    const verdict = await runOnce(schedule, options, 0);
    done += 1;
    edits += verdict.edits;
    inGap += verdict.inGap;
    circles += verdict.circles;
    madeAgain += verdict.madeAgain;
    options.onProgress?.(done);
    if (verdict.failures.length === 0) continue;
    const small = failures.length < options.mostShrunk ? await shrunk(seed, verdict, options) : schedule;
    const failure = { seed, schedule: small, verdict: await runOnce(small, options, 1_500) };
    failures.push(failure);
    options.onFailure?.(failure);
    if (failures.length >= options.mostFailures) break;
  }
  return { schedules: done, edits, inGap, circles, madeAgain, failures };
}

/** The schedule of a seed. */
export function scheduleOf(seed: number): Schedule {
  const [schedule] = fc.sample(schedules, { seed, numRuns: 1 });
  if (schedule === undefined) throw new Error("no schedule");
  return schedule;
}

/** At most so many runs to make a failing schedule smaller. */
const MOST_SHRINKING_RUNS = 600;

/** Smaller, and breaking the same law: else one mistake turns into another on the way. */
async function shrunk(seed: number, verdict: Verdict, options: SearchOptions): Promise<Schedule> {
  let runs = 0;
  const kind = kindOf(verdict.failures[0]);
  const property = fc.asyncProperty(schedules, async (schedule) => {
    runs += 1;
    if (runs > MOST_SHRINKING_RUNS) return;
    const { failures } = await runOnce(schedule, options, 0);
    const same = failures.find((failure) => kindOf(failure) === kind);
    if (same !== undefined) throw new Error(same);
  });
  const { counterexample } = await fc.check(property, { seed, numRuns: 1 });
  return counterexample?.[0] ?? scheduleOf(seed);
}

/** Which law was broken, and in which way: the text without its names and values. */
function kindOf(failure = ""): string {
  return failure.replace(/"[^"]*"|[0-9a-f]*\d[0-9a-f]*|\[.*?\]/g, "").slice(0, 60);
}

export async function runOnce(
  schedule: Schedule,
  { engine, openStore, callsPerMinute, reset }: Pick<
    SearchOptions,
    "engine" | "openStore" | "callsPerMinute" | "reset"
  >,
  keptLines: number,
): Promise<Verdict> {
  await reset?.();
  return await runSchedule(schedule, {
    engine,
    openStore,
    keptLines,
    ...(callsPerMinute === undefined ? {} : { callsPerMinute }),
  });
}
