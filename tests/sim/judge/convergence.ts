/** Law 1: both sides agree on every field. Law 4: at most one partner for each record. */
import type { Fields } from "./fields.ts";
import { same } from "./history.ts";
import { type Pair, pairsOf } from "./pairs.ts";
import type { World } from "../world/world.ts";

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
export async function disagreements(world: World): Promise<string[]> {
  const pairs = await pairsOf(world);
  const kept = new Set(
    (await world.store.conflicts()).filter(({ status }) => status === "open").map(({ pair, field }) =>
      `${pair.planeId} ${field}`
    ),
  );
  const plane = world.history.fields("plane");
  const odoo = world.history.fields("odoo");
  const found: string[] = [...doubles(pairs, "plane"), ...doubles(pairs, "odoo")];
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
    found.push(...differences(pair, one, other, pairs, kept).map((text) => `law 1: ${text}`));
  }
  return found;
}

/** A task without project is nobody's but its owner's. */
function takesPart(world: World, id: string): boolean {
  return typeof world.odoo.world.database.row("project.task", Number(id))?.project_id === "number";
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

function differences(
  pair: Pair,
  plane: Fields | undefined,
  odoo: Fields | undefined,
  pairs: readonly Pair[],
  kept: ReadonlySet<string>,
): string[] {
  const name = `${pair.plane.slice(0, 4)} and task ${pair.odoo}`;
  if (plane === undefined || odoo === undefined) {
    // Deleted on one side: the other is archived, not deleted.
    const left = plane ?? odoo;
    return left === undefined || left.archived ? [] : [`${name}: one is deleted, the other is not archived`];
  }
  const different: string[] = COMPARED.filter((field) =>
    !same(plane[field], odoo[field]) && !kept.has(`${pair.plane} ${field}`)
  ).map((field) => `${name}: ${field} is ${JSON.stringify(plane[field])} and ${JSON.stringify(odoo[field])}`);
  if (odoo.closed !== "open" && odoo.closed !== plane.closed && !kept.has(`${pair.plane} state`)) {
    different.push(`${name}: closed is ${plane.closed} and ${odoo.closed}`);
  }
  if (plane.archived !== odoo.archived && !kept.has(`${pair.plane} archived`)) {
    different.push(`${name}: archived is ${plane.archived} and ${odoo.archived}`);
  }
  const parent = pairs.find(({ odoo: id }) => id === odoo.parent)?.plane ?? odoo.parent;
  if (plane.parent !== parent && !kept.has(`${pair.plane} parent`)) {
    different.push(`${name}: parent is ${plane.parent.slice(0, 4)} and ${parent.slice(0, 4)}`);
  }
  return different;
}
