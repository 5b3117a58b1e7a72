/** One schedule from the first edit to the verdict. */
import { unexplained } from "./judge/audit.ts";
import { callsTooMany } from "./judge/calls.ts";
import { deletedComments, unlikeComments, waitsForArchived } from "./judge/comments.ts";
import { disagreements } from "./judge/convergence.ts";
import { lostRemarks } from "./judge/lost_remarks.ts";
import { lostUpdates } from "./judge/lost_updates.ts";
import { backwards } from "./judge/order.ts";
import { unlikePlans } from "./judge/planning.ts";
import { notTakenBack } from "./judge/undone.ts";
import { refusedParents } from "./judge/parents.ts";
import { destructions, refusals, unstored, writesSince } from "./judge/quiet.ts";
import { takeOverTimers } from "./kernel/timers.ts";
import { EPOCH_MS } from "./world/clocks.ts";
import type { Schedule } from "./world/schedule.ts";
import type { SimQueueRow } from "./world/sim_store.ts";
import { World, type WorldOptions } from "./world/world.ts";

export interface Verdict {
  readonly failures: readonly string[];
  /** Equal for equal runs. */
  readonly fingerprint: string;
  /** The end of the trace. */
  readonly lines: readonly string[];
  readonly edits: number;
  readonly inGap: number;
  /** Pairs whose parents differ because Odoo refuses circles. */
  readonly circles: number;
  /** Deleted comments that were made again, because nobody knew of the first. */
  readonly madeAgain: number;
  readonly steps: number;
  /** Simulated time, in ms. */
  readonly tookMs: number;
}

/** Between two looks at the queue once everything is calm, in ms. */
const LOOK_MS = 120_000;
/** Within this many looks everything must be settled. */
const MOST_LOOKS = 60;
/** A webhook may be this late, in ms, and an effect nobody heard of. */
const LATEST_ARRIVAL_MS = 1_000_000;
/** Sweeps after which both sides agree: the first brings what was missed, the second what the first made. */
const MOST_SWEEPS = 4;
const SWEEP_EVERY_MS = 300_000;

export async function runSchedule(schedule: Schedule, options: WorldOptions): Promise<Verdict> {
  const world = await World.open(schedule, options);
  const giveBackTimers = takeOverTimers(world.kernel);
  try {
    // A mistake of the simulator's own: it names its schedule, and the search goes on.
    const failures = await play(world).catch((thrown) => [`the simulator broke off: ${thrown}`]);
    const lost = [await lostUpdates(world)];
    if (world.talks()) lost.push(await lostRemarks(world));
    failures.push(...lost.flatMap((one) => one.failures));
    const inGap = lost.reduce((sum, one) => sum + one.inGap, 0);
    const circles = await refusedParents(world);
    const deleted = world.talks() ? await deletedComments(world) : { failures: [], madeAgain: 0, inGap: 0 };
    failures.push(...deleted.failures);
    if (failures.length === 0) failures.push(...await callsTooMany(world));
    return {
      failures,
      fingerprint: world.kernel.trace.fingerprint,
      lines: world.kernel.trace.lines,
      edits: schedule.edits.length,
      inGap: inGap + deleted.inGap,
      circles,
      madeAgain: deleted.madeAgain,
      steps: world.kernel.steps,
      tookMs: world.kernel.now,
    };
  } finally {
    giveBackTimers();
  }
}

async function play(world: World): Promise<string[]> {
  const { kernel, schedule } = world;
  world.start();
  let at = 0;
  for (const edit of schedule.edits) {
    at += edit.waitMs;
    kernel.after(at, null, () => edit.afterRead === true ? world.actAfterRead(edit) : world.act(edit));
  }
  const until = kernel.now + at + 60_000;
  // Nobody tells of Odoo's changes: they are found by looking, also while things go wrong.
  for (let next = SWEEP_EVERY_MS; next < until; next += SWEEP_EVERY_MS) {
    kernel.after(next, null, () => world.sweep());
  }
  await kernel.runUntil(until);
  await world.calm();
  await kernel.runUntil(kernel.now + LATEST_ARRIVAL_MS);
  await world.store.replay();

  let open: string[] = [];
  for (let round = 0; round < MOST_SWEEPS; round++) {
    const sweptAt = kernel.now;
    await world.sweepThrough();
    const restless = await settled(world);
    if (restless.length > 0) return [...restless, ...shared(world)];
    open = await disagreements(world);
    if (world.talks()) open.push(...await unlikeComments(world, world.store.sweeping !== undefined));
    open.push(...await notTakenBack(world));
    if (world.plansAhead()) open.push(...await unlikePlans(world));
    const writes = writesSince(world, sweptAt);
    if (open.length === 0 && writes.length === 0) break;
    if (round === MOST_SWEEPS - 1) {
      open.push(...writes.map((write) => `law 3: nobody edits, and still ${write}`));
    }
  }
  return [
    ...open,
    ...world.claims.overtaken,
    ...await backwards(world),
    ...await unexplained(world),
    ...destructions(world),
    ...refusals(world),
    ...await unstored(world),
    ...shared(world),
  ];
}

/** Waits until the queue is empty; what is left after a long while is a failure. */
async function settled(world: World): Promise<string[]> {
  for (let look = 0; look < MOST_LOOKS; look++) {
    await world.kernel.runUntil(world.kernel.now + LOOK_MS);
    const rows = (await unsettledRows(world)).filter(({ status }) => status !== "failed");
    if (rows.length === 0) break;
    const next = Math.min(...rows.map(({ dueAt }) => dueAt)) - EPOCH_MS - world.schedule.skewMs.database;
    if (next > world.kernel.now) await world.kernel.runUntil(next);
  }
  // What is refused for good (a circle of parents) is tried again whenever somebody speaks of the record, and 17 and 18 speak
  // of what they refused.
  const left = (await unsettledRows(world)).filter(({ lastError }) => lastError !== "refused");
  return left.map((row) =>
    `law 1: ${row.entityKey.slice(0, 24)} is still ${row.status} (${row.lastError ?? "no error"})`
  );
}

/** Rows that are due some time, and can be done then. */
async function unsettledRows(world: World): Promise<SimQueueRow[]> {
  const rows: SimQueueRow[] = [];
  for (const row of await world.store.queue()) {
    if (row.dueAt === Infinity) continue;
    if (isNameTaken(world, row)) continue;
    const waits = row.lastError === "waits_for_project" && world.talks();
    if (!waits || !await waitsForArchived(world, row.entityKey)) rows.push(row);
  }
  return rows;
}

/** A project of Odoo's whose name another project in Plane has is given up, until somebody renames one of them (docs/sync.md). */
function isNameTaken({ plane, odoo }: World, { entityKey, lastError }: SimQueueRow): boolean {
  if (lastError !== "plane_conflict" || !entityKey.startsWith("project.project:")) return false;
  const name = odoo.world.database.row("project.project", Number(entityKey.slice(16)))?.name;
  return [...plane.world.projects.values()].some((project) => project.name === name);
}

function shared(world: World): string[] {
  return world.surprises.map((surprise) => `the engine does not know this error: ${surprise}`);
}
