/**
 * What a record says, in one plain form for both sides: the judge's own eyes. It knows nothing of the engine's lenses, so that
 * a mistake in them is seen.
 */
import type { OdooTables, PlaneTables, SeenItem } from "./evidence.ts";
import type { Row } from "../../../dev/sandbox/odoo/database.ts";
import { MODULE_IN_NAME } from "./plan_records.ts";

/** Texts, or for sets the sorted members. */
export interface Fields {
  name: string;
  description: string;
  priority: string;
  state: string;
  closed: string;
  assignees: readonly string[];
  labels: readonly string[];
  target_date: string;
  /** The id of the parent on the same side, as text; empty: none. */
  parent: string;
  archived: boolean;
}

export type FieldName = keyof Fields;

const LEVELS = ["none", "medium", "high", "urgent"];

/** One line: what a reader sees. */
export function line(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** The words of a description without its markup. */
export function words(html: unknown): string {
  if (typeof html !== "string") return "";
  const text = html.replace(/<[^>]*>/g, " ").replace(/&nbsp;/g, " ").replace(/&lt;/g, "<").replace(
    /&gt;/g,
    ">",
  )
    .replace(/&amp;/g, "&");
  return line(text);
}

export function planeFields(world: PlaneTables, item: SeenItem): Fields {
  const state = world.states.get(item.state);
  const group = state?.group;
  return {
    name: line(item.name),
    description: words(item.description_html),
    // Odoo has no level below the lowest: low and none are one.
    priority: item.priority === "low" ? "none" : item.priority,
    state: (state?.name ?? "").toLowerCase(),
    closed: group === "completed" ? "done" : group === "cancelled" ? "canceled" : "open",
    assignees: item.assignees.map((id) => world.users.get(id)?.email ?? id).sort(),
    labels: item.labels.map((id) => (world.labels.get(id)?.name ?? id).toLowerCase()).sort(),
    target_date: item.target_date ?? "",
    parent: item.parent ?? "",
    archived: item.archived_at !== null,
  };
}

/** @param modules tasks that stand for modules: to a task below one of them it is no parent, as a module's tag is no label */
export function odooFields(world: OdooTables, task: Row, modules: ReadonlySet<number>): Fields {
  const related = (model: string, ids: unknown, field: string): string[] =>
    (Array.isArray(ids) ? ids : []).map((id) =>
      String(world.database.row(model, id)?.[field] ?? id).toLowerCase()
    ).sort();
  const stage = typeof task.stage_id === "number"
    ? world.database.row("project.task.type", task.stage_id)
    : undefined;
  const deadline = task.date_deadline;
  return {
    name: line(String(task.name)),
    description: words(task.description),
    priority: LEVELS[Number(task.priority)] ?? "none",
    state: String(stage?.name ?? "").toLowerCase(),
    closed: task.state === "1_done" ? "done" : task.state === "1_canceled" ? "canceled" : "open",
    assignees: related("res.users", task.user_ids, "email"),
    labels: related("project.tags", task.tag_ids, "name").filter((name) => !name.includes(MODULE_IN_NAME)),
    target_date: typeof deadline === "number"
      ? new Date(deadline / 1000).toISOString().slice(0, 10)
      : typeof deadline === "string"
      ? deadline.slice(0, 10)
      : "",
    parent: typeof task.parent_id === "number" && !modules.has(task.parent_id) ? String(task.parent_id) : "",
    archived: task.active === false,
  };
}
