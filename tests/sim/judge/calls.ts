/**
 * Law 5: what a settled edit costs once nothing goes wrong. One edit in Plane: no call to Plane, one write in Odoo, a reading
 * before and one after it, and one for the echo. One edit in Odoo: one reading and one write in Plane, and the same readings.
 */
import type { Edit, Side } from "../world/schedule.ts";
import type { EngineCall, World } from "../world/world.ts";
import { same } from "./history.ts";
import { type Pair, pairsOf } from "./pairs.ts";
import { isWrite } from "./quiet.ts";

/** Long enough for webhooks, echoes and a nap of the workers, in ms. */
const SETTLES_WITHIN_MS = 120_000;

const BOUNDS: Record<
  Side,
  { plane: [reads: number, writes: number]; odoo: [reads: number, writes: number] }
> = {
  plane: { plane: [0, 0], odoo: [3, 1] },
  odoo: { plane: [1, 1], odoo: [2, 0] },
};

/** Edits one pair on each side and counts. Empty when there is no pair to try it on. */
export async function callsTooMany(world: World): Promise<string[]> {
  const pairs = await pairsOf(world);
  const pair = pairs.find(({ plane, odoo }) => {
    const [here, there] = [world.history.fields("plane").get(plane), world.history.fields("odoo").get(odoo)];
    if (here === undefined || there === undefined || here.archived || there.archived) return false;
    // A conflict about the name waits for a person: the edit may take one side back to what was agreed on, which decides it, and
    // the other side's value then comes the opposite way. People of both sides count their texts each from one.
    return same(here.name, there.name);
  });
  if (pair === undefined) return [];
  const found: string[] = [];
  for (const side of ["plane", "odoo"] as const) {
    // Without webhooks a change in Odoo is found by looking, at the price of looking.
    if (side === "odoo" && world.schedule.hooks === "none") continue;
    const item = recordsOf(world, side).indexOf(pair[side]);
    const edit: Edit = { by: side, waitMs: 0, act: { do: "edit", item, fields: { name: 1 } } };
    const startedAt = world.kernel.now;
    await world.act(edit);
    await world.kernel.runUntil(startedAt + SETTLES_WITHIN_MS);
    const calls = world.calls.filter((call) => call.at > startedAt && isAbout(call, pair));
    found.push(...beyond(side, calls));
  }
  return found;
}

function beyond(edited: Side, calls: readonly EngineCall[]): string[] {
  return (["plane", "odoo"] as const).flatMap((side) => {
    const ofSide = calls.filter((call) => call.side === side);
    const writes = ofSide.filter(isWrite).length;
    const reads = ofSide.length - writes;
    const [mostReads, mostWrites] = BOUNDS[edited][side];
    return reads <= mostReads && writes <= mostWrites
      ? []
      : [`law 5: an edit in ${edited} cost ${side} ${reads} readings and ${writes} writes`];
  });
}

/** What a person of that side chooses from: in Odoo also the tasks that stand for modules, which are no work item's. */
function recordsOf({ plane, odoo }: World, side: Side): string[] {
  return side === "plane"
    ? [...plane.world.workItems.keys()]
    : [...odoo.world.database.rows("project.task")].map(({ id }) => String(id));
}

/** Lists of states, labels and people are kept for minutes, whatever is edited. */
function isAbout({ side, path, body }: EngineCall, pair: Pair): boolean {
  if (side === "plane") return path.includes(`/work-items/${pair.plane}/`);
  const ids: unknown = path.includes("project.task/") ? JSON.parse(body).ids : undefined;
  return Array.isArray(ids) && ids.map(String).includes(pair.odoo);
}
