/**
 * What people do in Odoo with what Plane's cycles and modules have become: milestones, tags, projects and tasks of their own; and
 * which tasks are in them.
 */
import { markOf, plansIn } from "../judge/plan_records.ts";
import type { OdooTables } from "../judge/evidence.ts";
import type { OdooDoor } from "./odoo_door.ts";
import { nth } from "./plane_people.ts";
import type { PlanEdits, PlanningAct } from "./schedule.ts";
import { nameText } from "./texts.ts";

/** Returns whether it happened. */
export async function planInOdoo(
  tables: OdooTables,
  door: OdooDoor,
  act: PlanningAct,
  edit: number,
): Promise<boolean> {
  const { database } = tables;
  if (act.do === "makePlan") {
    // Only a milestone can be made by hand; it stays in Odoo.
    const projects = [...database.rows("project.project")].filter(({ active }) => active === true);
    const project = nth(projects, act.project);
    if (act.what === "module" || project === undefined) return false;
    const values = { name: `by hand ${edit}`, project_id: project.id };
    await door.run("manager", "project.milestone", "create", [], { vals_list: [values] });
    return true;
  }
  const plan = nth(plansIn(tables, act.what), act.plan) ??
    nth(plansIn(tables, act.what === "cycle" ? "module" : "cycle"), act.plan);
  if (plan === undefined) return false;
  switch (act.do) {
    case "editPlan":
      await door.run("manager", plan.model, "write", [plan.id], {
        vals: valuesOf(plan.model, act.fields, edit),
      });
      return true;
    case "deletePlan":
      await door.run("manager", plan.model, "unlink", [plan.id], {});
      return true;
  }
  const mark = markOf(tables, plan);
  const tasks = [...database.rows("project.task")].filter((task) =>
    task.active === true && (mark?.field === "tag_ids" || task.project_id === mark?.project)
  );
  const task = nth(tasks, act.item);
  if (mark === null || task === undefined) return false;
  const joins = act.do === "join";
  const value = mark.field === "tag_ids" ? [[joins ? 4 : 3, mark.id, 0]] : joins ? mark.id : false;
  await door.run("person", "project.task", "write", [task.id], { vals: { [mark.field]: value } });
  return true;
}

function valuesOf(model: string, { name, date, status }: PlanEdits, edit: number): Record<string, unknown> {
  const renamed = model === "project.tags" ? `Odoo / ${edit}` : nameText(edit, name ?? 1).trim();
  return {
    ...(name === undefined ? {} : { name: renamed }),
    ...(model === "project.milestone" && date !== undefined
      ? { deadline: date === 0 ? false : `2026-07-1${date}` }
      : {}),
    ...(model === "project.project" && status !== undefined
      ? { last_update_status: status % 2 === 0 ? "on_hold" : "on_track" }
      : {}),
  };
}
