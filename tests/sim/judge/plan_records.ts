/** What Plane's cycles and modules have become in Odoo, by the names the engine left there, and how a task shows that it is in one. */
import type { PlanWhat } from "../world/schedule.ts";
import type { OdooTables } from "./evidence.ts";

/** A milestone, or what stands for a module. */
export interface PlanRecord {
  readonly what: PlanWhat;
  /** The cycle's or module's id; null: people in Odoo made the milestone. */
  readonly plan: string | null;
  readonly model: string;
  readonly id: number;
}

/** How a task shows it. */
export interface PlanMark {
  readonly field: "milestone_id" | "tag_ids" | "parent_id";
  readonly id: number;
  /** Only its tasks can show it; null: all. */
  readonly project: number | null;
}

/** In a name of Odoo's: a module's, where its project is not at hand. No label of anybody's has it. */
export const MODULE_IN_NAME = " / ";

/** Those that are there, milestones of people included. */
export function plansIn({ database }: OdooTables, what: PlanWhat): PlanRecord[] {
  const named = [...database.rows("ir.model.data")].flatMap((row) => {
    // The tag a module that is a project has besides is none of its own.
    const [type, plan] = /^(cycle|module)_(?!tag_)(.+)$/.exec(String(row.name))?.slice(1) ?? [];
    const [model, id] = [String(row.model), Number(row.res_id)];
    if (row.module !== "plane" || type !== what || plan === undefined) return [];
    return database.row(model, id) === undefined ? [] : [{ what, plan, model, id }];
  });
  if (what === "module") return named;
  const others = [...database.rows("project.milestone")].filter(({ id }) =>
    !named.some((one) => one.id === id)
  );
  return [...named, ...others.map(({ id }) => ({ what, plan: null, model: "project.milestone", id }))];
}

/** Null: nothing shows it, as long as the module that is a project has no members. */
export function markOf({ database }: OdooTables, { model, id }: PlanRecord): PlanMark | null {
  const row = database.row(model, id);
  const project = typeof row?.project_id === "number" ? row.project_id : null;
  switch (model) {
    case "project.milestone":
      return { field: "milestone_id", id, project };
    case "project.task":
      return { field: "parent_id", id, project };
    case "project.tags":
      return { field: "tag_ids", id, project: null };
  }
  const tag = [...database.rows("project.tags")].find(({ name }) => name === row?.name);
  return tag === undefined ? null : { field: "tag_ids", id: tag.id, project: null };
}

/** Tasks that stand for modules. */
export function moduleTasks(tables: OdooTables): Set<number> {
  return new Set(
    plansIn(tables, "module").filter(({ model }) => model === "project.task").map(({ id }) => id),
  );
}
