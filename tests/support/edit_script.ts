/** Plays an edit script of the simulator from the first edit to the verdict of the simulator's own judge. */
import fc from "fast-check";
import { unexplained } from "../sim/judge/audit.ts";
import { disagreements } from "../sim/judge/convergence.ts";
import { lostUpdates } from "../sim/judge/lost_updates.ts";
import { backwards } from "../sim/judge/order.ts";
import { destructions } from "../sim/judge/quiet.ts";
import { editScripts } from "../sim/schedules.ts";
import { sweep } from "../sim/world/sweep.ts";
import { type EditScript, EditScriptWorld } from "./edit_script_world.ts";
import type { SyncWorldOptions } from "./sync_world.ts";

export interface Outcome {
  /** What is wrong, by law; empty: nothing. */
  failures: string[];
  /** How many edits happened; the others were impossible or refused. */
  done: number;
  /** What Odoo said to the edits it refused. */
  refusals: readonly string[];
  /** What people did and what came of it, for whoever looks into a failure. */
  story: string[];
}

/** Edits that follow each other faster than this, in ms, happen before either side has heard of the first. */
const TOGETHER_MS = 500;
/** Odoo lets nobody make a task its own ancestor; its own words are not shown to us. */
export const KNOWN_REFUSAL = /^odoo_rejected: project\.task\/write .*ValidationError/;
/** As in the simulation: the first brings what was missed, the second what the first made. */
const MOST_SWEEPS = 4;

/** The script of a seed; always the same one. */
export function scriptOf(seed: number): EditScript {
  const [script] = fc.sample(editScripts, { seed, numRuns: 1 });
  if (script === undefined) throw new Error("no script");
  return script;
}

/** Throws when the exchange never ends or a server cannot be reached. */
export async function playScript(script: EditScript, options: SyncWorldOptions): Promise<Outcome> {
  const world = await EditScriptWorld.open(script, options);
  let done = 0;
  try {
    for (const edit of script.edits) {
      if (edit.waitMs >= TOGETHER_MS) await world.exchange();
      if (await world.act(edit)) done += 1;
    }
    await world.exchange();
    const failures = await restless(world);
    const { failures: lost } = await lostUpdates(world);
    failures.push(
      ...await disagreements(world),
      ...await backwards(world),
      ...await unexplained(world),
      ...destructions(world),
      ...lost,
      ...surprises(world),
    );
    return { failures, done, refusals: world.refusals, story: world.story() };
  } finally {
    await world.end();
  }
}

/** Law 3: where nobody edits, looking at everything again comes to an end without a write. */
async function restless(world: EditScriptWorld): Promise<string[]> {
  let writes: string[] = [];
  for (let number = 0; number < MOST_SWEEPS; number++) {
    const before = await stamps(world);
    await sweep(world.store, world.plane, world.odoo);
    await world.exchange();
    const after = await stamps(world);
    writes = [...after].filter(([record, stamp]) => before.get(record) !== stamp).map(([record]) => record);
    if (writes.length === 0) return [];
  }
  return writes.map((record) => `law 3: nobody edits, and still ${record} is written`);
}

/**
 * What changes with each write. Plane's own stamp also moves when somebody asks whether a hidden record is archived, and Odoo's
 * shows whole seconds only; so what Plane announced and what the log says was written count.
 */
async function stamps(world: EditScriptWorld): Promise<Map<string, unknown>> {
  const { database } = world.odoo.world;
  const log = await world.store.log();
  return new Map<string, unknown>([
    ["something in Plane", world.plane.deliveries.length],
    ...[...database.rows("project.task")].map(({ id, write_date }) => [`task ${id}`, write_date] as const),
    ["something in the log", log.filter(({ success, changes }) => success && changes.length > 0).length],
  ]);
}

/** Errors that no code explains. */
function surprises({ sync }: EditScriptWorld): string[] {
  return sync.log.filter(({ code }) => code === "internal").map((line) => JSON.stringify(line));
}
