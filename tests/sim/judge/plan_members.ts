/** Law 1 for who is in a cycle or module: the tasks of its work items show it, and no others that nobody else has put there. */
import type { OdooTables } from "./evidence.ts";
import { line } from "./fields.ts";
import { type Pair, pairsOf } from "./pairs.ts";
import { isKnownToItsWriter } from "./known.ts";
import { liveRecords, nameOf, type PlanEvidence } from "./planning.ts";
import type { PlanChange } from "./plans.ts";

/** What a task shows in which field. */
interface Shown {
  readonly field: "milestone" | "tags" | "parent";
  readonly value: string;
  /** Only its tasks can show it; null: all. */
  readonly project: unknown;
}

export async function unlikeMembers(world: PlanEvidence): Promise<string[]> {
  const { plans, history } = world;
  const pairs = await pairsOf(world);
  const found: string[] = [];
  for (const [id, fields] of plans.fields("plane")) {
    const plan = plans.plan(id);
    for (const record of liveRecords(world, id)) {
      // Who was put in or taken out again by an operator stays so, whatever Plane lists.
      const isTakenBack = world.undone.some(({ plane, field, apart }) =>
        plane === id && (field === "members" || apart)
      );
      if (plan === undefined || isTakenBack) continue;
      const shown = shownBy(world, record, String(fields.title));
      for (const task of history.fields("odoo").keys()) {
        const pair = pairs.find(({ odoo }) => odoo === task);
        const isIn = pair !== undefined && plan.members.includes(pair.plane);
        const name = `task ${task} of ${nameOf(world, id)}`;
        if (isIn && !shows(world, task, shown) && mayShow(world, task, shown)) {
          found.push(`law 1: ${name} does not show it`);
        } else if (!isIn && shows(world, task, shown) && !mayStay(world, pair, task, shown)) {
          found.push(`law 1: ${name} shows it, and is not in it`);
        }
      }
    }
  }
  return found;
}

function shownBy({ odoo: { world: { database } } }: PlanEvidence, record: string, title: string): Shown {
  const [model = "", id] = record.split(",");
  const row = database.row(model, Number(id));
  switch (model) {
    case "project.milestone":
      return { field: "milestone", value: record, project: row?.project_id };
    case "project.task":
      return { field: "parent", value: record, project: row?.project_id };
    case "project.tags":
      return { field: "tags", value: record, project: null };
  }
  // Made with the first member.
  const tag = [...database.rows("project.tags")].find(({ name }) => line(String(name)) === title);
  return { field: "tags", value: `project.tags,${tag?.id}`, project: null };
}

function shows({ plans }: PlanEvidence, task: string, { field, value }: Shown): boolean {
  const there = plans.fields("odoo").get(`task,${task}`)?.[field];
  return Array.isArray(there) ? there.includes(value) : there === value;
}

/** A milestone or a parent is one of the task's own project, and a task has one parent: another one stays. */
function mayShow(
  { odoo: { world }, history, plans }: PlanEvidence,
  task: string,
  { field, value, project }: Shown,
): boolean {
  const row = world.database.row("project.task", Number(task));
  if (project !== null && row?.project_id !== project) return false;
  if (field !== "parent") return true;
  const others = [history.fields("odoo").get(task), plans.fields("odoo").get(`task,${task}`)];
  return others.every((fields) => fields?.parent === "") && !isAbove(world, Number(task), value);
}

/** Odoo refuses a circle: people have put the module's own task below this one. */
function isAbove({ database }: OdooTables, task: number, record: string): boolean {
  const seen = new Set<number>();
  for (let id = Number(record.split(",")[1]); !seen.has(id);) {
    seen.add(id);
    const parent = database.row("project.task", id)?.parent_id;
    if (typeof parent !== "number") return false;
    if (parent === task) return true;
    id = parent;
  }
  return false;
}

/**
 * Only who was agreed on as a member loses what showed it: somebody in Odoo may have set it, by hand or with a parent; what is
 * archived or deleted in Plane keeps it; and of what a worker wrote that did not come to say so nobody knows whose it is.
 */
function mayStay(
  world: PlanEvidence,
  pair: Pair | undefined,
  task: string,
  { field, value }: Shown,
): boolean {
  const { plans, history } = world;
  const has = (of: unknown) => Array.isArray(of) ? of.includes(value) : of === value;
  const given = plans.changes.filter((change: PlanChange) =>
    change.side === "odoo" && change.record === `task,${task}` && change.field === field && has(change.to)
  );
  if (given.some(({ by }) => by === "person")) return true;
  const item = pair === undefined ? undefined : history.fields("plane").get(pair.plane);
  if (pair !== undefined && item === undefined) return true;
  const wasArchived = history.changes.some((change) =>
    change.side === "plane" && change.record === pair?.plane && change.field === "archived" &&
    change.to === true
  );
  if (wasArchived) return true;
  return given.some((change) => !isKnownToItsWriter(world, change));
}
