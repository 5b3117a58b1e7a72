/** Law 1: both sides agree on every field. Law 4: at most one partner for each record. */
import type { Fields } from "./fields.ts";
import { same } from "./history.ts";
import { isKeptForAnEdit } from "./kept.ts";
import { isKnownToItsWriter } from "./known.ts";
import { parentsOf } from "./parents.ts";
import { type Pair, pairsOf } from "./pairs.ts";
import type { SimLogLine } from "../world/sim_store.ts";
import { isApart } from "./undone.ts";
import type { Evidence } from "./evidence.ts";
import { plansIn } from "./plan_records.ts";

const COMPARED = [
  "name",
  "description",
  "priority",
  "state",
  "assignees",
  "labels",
  "target_date",
] as const;

/** What both sides still disagree on, and who has no partner or two. */
export async function disagreements(world: Evidence): Promise<string[]> {
  const pairs = await pairsOf(world);
  const log = await world.store.log();
  const kept = new Set(
    (await world.store.conflicts()).filter(({ status }) => status === "open").map(({ pair, field }) =>
      `${pair.planeId} ${field}`
    ),
  );
  const plane = world.history.fields("plane");
  const odoo = world.history.fields("odoo");
  const found: string[] = [...doubles(pairs, "plane"), ...doubles(pairs, "odoo"), ...orphans(world, pairs)];
  for (const [id, fields] of plane) {
    if (!fields.archived && !pairs.some((pair) => pair.plane === id)) {
      found.push(`law 1: Plane's ${id.slice(0, 4)} has no partner`);
    }
  }
  for (const [id, fields] of odoo) {
    if (!fields.archived && !pairs.some((pair) => pair.odoo === id) && takesPart(world, id)) {
      found.push(`law 1: Odoo's ${id} has no partner`);
    }
  }
  for (const pair of pairs) {
    const [one, other] = [plane.get(pair.plane), odoo.get(pair.odoo)];
    const different = one !== undefined && other !== undefined
      ? differences(world, pair, one, other, pairs, kept)
      : leftAlone(world, pair, log);
    found.push(...different.map((text) => `law 1: ${text}`));
  }
  return found;
}

/** A task without project is nobody's but its owner's; one that people put into a module's own project stays in Odoo. */
function takesPart({ odoo: { world } }: Evidence, id: string): boolean {
  const project = world.database.row("project.task", Number(id))?.project_id;
  const isModules = plansIn(world, "module").some((plan) =>
    plan.model === "project.project" && plan.id === project
  );
  return typeof project === "number" && !isModules;
}

function doubles(pairs: readonly Pair[], side: "plane" | "odoo"): string[] {
  const other = side === "plane" ? "odoo" : "plane";
  return [...new Set(pairs.map((pair) => pair[side]))].flatMap((id) => {
    const partners = pairs.filter((pair) => pair[side] === id).map((pair) => pair[other]);
    return partners.length < 2
      ? []
      : [`law 4: ${side}'s ${id.slice(0, 4)} has partners ${partners.join(", ")}`];
  });
}

/**
 * Deleted on one side: the other is archived, unless it says something that was never seen over there, or somebody took it out
 * of the archive.
 */
function leftAlone(world: Evidence, pair: Pair, log: readonly SimLogLine[]): string[] {
  const side = world.history.fields("plane").has(pair.plane) ? "plane" : "odoo";
  const left = world.history.fields(side).get(pair[side]);
  if (left === undefined || left.archived || isApart(world, pair)) return [];
  const gone = side === "plane" ? "odoo" : "plane";
  const before = world.history.lastKnown(gone, pair[gone]);
  const moved = world.history.changes.some((change) =>
    change.side === side && change.record === pair[side] && change.by === "person" &&
    change.field === "parent" &&
    change.from !== null
  );
  const unseen = moved || COMPARED.some((field) => !same(before[field], left[field]));
  const takenOut = world.history.changes.some((change) =>
    change.side === side && change.record === pair[side] && change.by === "person" &&
    change.field === "archived" && change.to === false && change.from === true
  );
  // An edit was on its way to the record that is deleted by now, and nobody heard whether it came: it counts as unseen, because
  // the record that could be asked is gone.
  const unheard = world.history.changes.some((change) =>
    change.side === gone && change.record === pair[gone] && change.by === "engine" &&
    !isKnownToItsWriter(world, change)
  );
  return unseen || takenOut || unheard || isKeptForAnEdit(world, log, pair, side, COMPARED)
    ? []
    : [`${pair.plane.slice(0, 4)} and task ${pair.odoo}: one is deleted, the other is not archived`];
}

/** Somebody made one record of every pair. One that the engine made twice finds itself a partner of its own. */
function orphans(world: Evidence, pairs: readonly Pair[]): string[] {
  const made = world.history.changes.filter(({ field, to, by }) =>
    field === "record" && to === "made" && by === "engine"
  );
  const isMade = (side: "plane" | "odoo", id: string) =>
    made.some((change) => change.side === side && change.record === id);
  return pairs.filter((pair) => isMade("plane", pair.plane) && isMade("odoo", pair.odoo)).map((pair) =>
    `law 4: nobody made ${pair.plane.slice(0, 4)} or task ${pair.odoo}`
  );
}

/** People in Odoo close a task in any column: the flag says more than the column. */
function isClosedWhereItStands(plane: Fields, odoo: Fields): boolean {
  return odoo.closed !== "open" && odoo.closed === plane.closed;
}

function differences(
  world: Evidence,
  pair: Pair,
  plane: Fields,
  odoo: Fields,
  pairs: readonly Pair[],
  kept: ReadonlySet<string>,
): string[] {
  const name = `${pair.plane.slice(0, 4)} and task ${pair.odoo}`;
  const different: string[] = COMPARED.filter((field) =>
    !same(plane[field], odoo[field]) && !kept.has(`${pair.plane} ${field}`) &&
    !(field === "state" && isClosedWhereItStands(plane, odoo))
  ).map((field) => `${name}: ${field} is ${JSON.stringify(plane[field])} and ${JSON.stringify(odoo[field])}`);
  if (odoo.closed !== "open" && odoo.closed !== plane.closed && !kept.has(`${pair.plane} state`)) {
    different.push(`${name}: closed is ${plane.closed} and ${odoo.closed}`);
  }
  if (plane.archived !== odoo.archived && !isApart(world, pair) && !kept.has(`${pair.plane} archived`)) {
    different.push(`${name}: archived is ${plane.archived} and ${odoo.archived}`);
  }
  const parents = parentsOf(world, pair, pairs);
  if (parents?.isRefused === false && !kept.has(`${pair.plane} parent`)) {
    different.push(
      `${name}: parent is ${[parents.plane, parents.odoo].map((id) => id.slice(0, 4)).join(" and ")}`,
    );
  }
  return different;
}
