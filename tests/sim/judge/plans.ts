/**
 * Cycles and modules of Plane, what they have become in Odoo, and which tasks show that they are in one: who changed what, seen at
 * the servers. In plain forms, without the engine's lenses.
 */
import type { Row } from "../../../dev/sandbox/odoo/database.ts";
import type { World as PlaneWorld } from "../../../dev/sandbox/plane/world.ts";
import type { Reader } from "../world/pass.ts";
import type { PlanWhat, Side } from "../world/schedule.ts";
import type { OdooTables } from "./evidence.ts";
import { line } from "./fields.ts";
import { same } from "./history.ts";
import { MODULE_IN_NAME, moduleTasks, plansIn } from "./plan_records.ts";

/** By name; texts, or sorted members. What a kind does not have is missing. */
export type PlanFields = Readonly<Record<string, string | readonly string[]>>;

/** A cycle or module of Plane's. */
export interface Plan {
  readonly what: PlanWhat;
  readonly project: string;
  /** Work items in it that are not archived. */
  readonly members: readonly string[];
}

export interface PlanChange {
  readonly at: number;
  readonly side: Side;
  /** Plane's id; in Odoo `model,id`, of a task for what it shows. */
  readonly record: string;
  readonly by: "person" | "engine";
  readonly worker: string | null;
  /** `record`: it was made or deleted. */
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
  /** Engine only: whether the answer reached its worker. */
  readonly heard: boolean;
}

export class Plans {
  readonly changes: PlanChange[] = [];
  /** Every record that ever was a plan's, by the names the engine left in Odoo: `model,id` by Plane's id. */
  readonly partners = new Map<string, Set<string>>();
  readonly #known: Record<Side, Map<string, PlanFields>> = { plane: new Map(), odoo: new Map() };
  readonly #plans = new Map<string, Plan>();

  constructor(readonly plane: PlaneWorld, readonly odoo: OdooTables) {}

  /** What is there now; in Odoo also what each task shows. */
  fields(side: Side): ReadonlyMap<string, PlanFields> {
    return this.#known[side];
  }

  /** A plan of Plane's, also one that is deleted by now. */
  plan(id: string): Plan | undefined {
    return this.#plans.get(id);
  }

  /** What a field of a record was at a moment; undefined: it was not there. */
  valueAt(side: Side, record: string, field: string, at: number): unknown {
    return this.changes.findLast((change) =>
      change.side === side && change.record === record && change.field === field && change.at <= at
    )?.to;
  }

  /** Looks at a side after something may have changed there, and notes what did. */
  look(side: Side, by: PlanChange["by"], at: number, reader: Reader | null, heard: boolean): PlanChange[] {
    const now = side === "plane" ? this.#inPlane() : this.#inOdoo();
    const known = this.#known[side];
    const found: PlanChange[] = [];
    const worker = reader?.worker ?? null;
    const note = (record: string, field: string, from: unknown, to: unknown) =>
      found.push({ at, side, record, by, worker, field, from, to, heard });
    for (const [record, fields] of now) {
      const before = known.get(record);
      if (before === undefined) note(record, "record", null, "made");
      for (const [field, value] of Object.entries(fields)) {
        if (!same(before?.[field], value)) note(record, field, before?.[field] ?? null, value);
      }
    }
    for (const record of known.keys()) if (!now.has(record)) note(record, "record", "made", "deleted");
    this.#known[side] = now;
    this.changes.push(...found);
    return found;
  }

  #inPlane(): Map<string, PlanFields> {
    const { plane } = this;
    const found = new Map<string, PlanFields>();
    const add = (what: PlanWhat, id: string, project: string, fields: Record<string, string>) => {
      const placements = what === "cycle" ? plane.cycleItems : plane.moduleItems;
      const members = [...placements.values()].flatMap(({ holder, issue }) =>
        holder === id && plane.workItems.get(issue)?.archived_at === null ? [issue] : []
      ).sort();
      this.#plans.set(id, { what, project, members });
      found.set(id, { ...fields, members });
    };
    for (const { id, project, name, end_date } of plane.cycles.values()) {
      const end = end_date === null ? "" : new Date(Number(end_date) / 1000).toISOString().slice(0, 10);
      add("cycle", id, project, { name: line(name), end });
    }
    for (const { id, project, name, status, lead } of plane.modules.values()) {
      const title = line(`${plane.projects.get(project)?.name}${MODULE_IN_NAME}${name}`);
      add("module", id, project, {
        name: line(name),
        title,
        status,
        lead: plane.users.get(lead ?? "")?.email ?? "",
      });
    }
    return found;
  }

  #inOdoo(): Map<string, PlanFields> {
    const { database } = this.odoo;
    const found = new Map<string, PlanFields>();
    for (const { plan, model, id } of [...plansIn(this.odoo, "cycle"), ...plansIn(this.odoo, "module")]) {
      const row = database.row(model, id);
      const record = `${model},${id}`;
      if (row !== undefined) found.set(record, this.#recordFields(model, row));
      if (plan !== null) this.partners.set(plan, (this.partners.get(plan) ?? new Set()).add(record));
    }
    const tags = new Set(
      [...database.rows("project.tags")].filter(({ name }) => String(name).includes(MODULE_IN_NAME))
        .map(({ id }) => id),
    );
    const parents = moduleTasks(this.odoo);
    for (const task of database.rows("project.task")) {
      const carried = Array.isArray(task.tag_ids) ? task.tag_ids : [];
      found.set(`task,${task.id}`, {
        milestone: typeof task.milestone_id === "number" ? `project.milestone,${task.milestone_id}` : "",
        tags: carried.filter((id) => tags.has(id)).map((id) => `project.tags,${id}`).sort(),
        parent: typeof task.parent_id === "number" && parents.has(task.parent_id)
          ? `project.task,${task.parent_id}`
          : "",
      });
    }
    return found;
  }

  #recordFields(model: string, row: Row): PlanFields {
    const name = line(String(row.name));
    // Not compared with Plane's: only that somebody edits it is of interest.
    const description = line(String(row.description ?? ""));
    const user = (id: unknown) =>
      typeof id === "number" ? String(this.odoo.database.row("res.users", id)?.email ?? id) : "";
    switch (model) {
      case "project.milestone":
        return { name, end: dayOf(row.deadline), over: String(row.is_reached === true) };
      case "project.project":
        return {
          title: name,
          status: String(row.last_update_status),
          lead: user(row.user_id),
          over: String(row.active === false),
          description,
        };
      case "project.task":
        return {
          name,
          status: row.state === "1_done" ? "done" : row.state === "1_canceled" ? "canceled" : "open",
          lead: user(this.#listed(row.user_ids)[0]),
          over: String(row.active === false),
          description,
        };
      default:
        return { title: name };
    }
  }

  /**
   * People in the order in which Odoo lists them, by name: whoever is first of a module's task is its lead, so that an
   * assignee somebody adds may become it, which is an edit.
   */
  #listed(ids: unknown): number[] {
    const name = (id: number) => String(this.odoo.database.row("res.users", id)?.name ?? "");
    const people = Array.isArray(ids) ? ids.filter((id) => typeof id === "number") : [];
    return people.sort((a, b) => name(a) < name(b) ? -1 : Number(name(a) > name(b)));
  }
}

/** The sandbox keeps a day as text or as a moment. */
function dayOf(value: unknown): string {
  if (typeof value === "number") return new Date(value / 1000).toISOString().slice(0, 10);
  return typeof value === "string" ? value.slice(0, 10) : "";
}
