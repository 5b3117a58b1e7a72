/** What people do in Odoo. Whatever Odoo refuses has not happened. */
import type { Row } from "../../../dev/sandbox/odoo/database.ts";
import type { OdooTables } from "../judge/evidence.ts";
import type { OdooDoor, Role } from "./odoo_door.ts";
import { nth, toggled } from "./plane_people.ts";
import { talkInOdoo } from "./odoo_talk.ts";
import { planInOdoo } from "./odoo_planning.ts";
import { type Act, type FieldEdits, isPlanning, isTalk } from "./schedule.ts";
import { dateText, descriptionText, LABELS, nameText } from "./texts.ts";

type Values = Record<string, unknown>;

const STAGES = ["Todo", "In Progress", "Done"];

export class OdooPeople {
  #edits = 0;

  /** @param tables what people see before they act */
  constructor(readonly tables: OdooTables, readonly door: OdooDoor) {}

  /** A project with stages. */
  async addProject(name: string): Promise<number> {
    const project = await this.#create("manager", "project.project", { name, user_id: false });
    for (const [index, name] of STAGES.entries()) {
      const values = { name, sequence: index, fold: name === "Done", project_ids: [[6, 0, [project]]] };
      await this.#create("manager", "project.task.type", values);
    }
    return project;
  }

  /** Returns whether it happened. */
  async act(act: Act): Promise<boolean> {
    try {
      return await this.#try(act);
    } catch (thrown) {
      if (this.door.isRefusal(thrown)) return false;
      throw thrown;
    }
  }

  async #try(act: Act): Promise<boolean> {
    this.#edits += 1;
    const { database } = this.tables;
    if (act.do === "webhookOff" || act.do === "webhookOn" || act.do === "undo") return false;
    if (isTalk(act)) return await talkInOdoo(this.tables, this.door, act, this.#edits);
    if (isPlanning(act)) return await planInOdoo(this.tables, this.door, act, this.#edits);
    if (act.do === "create" || act.do === "editProject") {
      const projects = [...database.rows("project.project")].filter((row) => row.active === true);
      const project = nth(projects, act.project);
      if (project === undefined) return false;
      if (act.do === "create") {
        const values = await this.#values(project.id, undefined, { name: 1, ...act.fields });
        await this.#create("person", "project.task", { user_ids: [], ...values, project_id: project.id });
        return true;
      }
      await this.door.run("manager", "project.project", "write", [project.id], {
        vals: {
          ...(act.fields.name === undefined ? {} : { name: nameText(this.#edits, act.fields.name).trim() }),
          ...(act.fields.description === undefined ? {} : { description: `<p>about o${this.#edits}</p>` }),
        },
      });
      return true;
    }
    const task = nth([...database.rows("project.task")], act.item);
    if (task === undefined) return false;
    switch (act.do) {
      case "archive":
      case "unarchive":
        await this.#write(task, { active: act.do === "unarchive" });
        return true;
      case "delete":
        await this.door.run("manager", "project.task", "unlink", [task.id], {});
        return true;
    }
    if (task.active === false) return false;
    await this.#write(task, await this.#values(Number(task.project_id), task, act.fields));
    return true;
  }

  async #write(task: Row, vals: Values): Promise<void> {
    await this.door.run("person", "project.task", "write", [task.id], { vals });
  }

  async #create(role: Role, model: string, values: Values): Promise<number> {
    const made = await this.door.run(role, model, "create", [], { vals_list: [values] });
    const id: unknown = Array.isArray(made) ? made[0] : undefined;
    if (typeof id !== "number") throw new Error(`${model} was not made`);
    return id;
  }

  async #values(project: number, task: Row | undefined, fields: FieldEdits): Promise<Values> {
    const { database } = this.tables;
    const stages = [...database.rows("project.task.type")].filter((stage) =>
      Array.isArray(stage.project_ids) && stage.project_ids.includes(project)
    );
    const people = [...database.rows("res.users")].filter((user) => /^(alice|bob)@/.test(String(user.email)))
      .map(({ id }) => id);
    const others = [...database.rows("project.task")].filter((other) =>
      other.project_id === project && other.id !== task?.id
    );
    const stage = fields.state === undefined ? undefined : nth(stages, fields.state);
    const date = fields.targetDate === undefined ? undefined : dateText(fields.targetDate);
    const parent = fields.parent === undefined || fields.parent === 0
      ? undefined
      : nth(others, fields.parent);
    return {
      ...(fields.name === undefined ? {} : { name: nameText(this.#edits, fields.name) }),
      ...(fields.description === undefined ? {} : {
        description: descriptionText(this.#edits, fields.description),
      }),
      ...(fields.priority === undefined ? {} : { priority: String(Math.max(0, fields.priority % 5 - 1)) }),
      ...(stage === undefined ? {} : { stage_id: stage.id }),
      ...(fields.assignee === undefined ? {} : {
        user_ids: [[6, 0, toggled(idsOf(task?.user_ids), nth(people, fields.assignee))]],
      }),
      ...(fields.label === undefined ? {} : {
        tag_ids: [[6, 0, toggled(idsOf(task?.tag_ids), await this.#tag(nth(LABELS, fields.label) ?? "bug"))]],
      }),
      ...(date === undefined ? {} : { date_deadline: date === null ? false : `${date} 12:00:00` }),
      ...(fields.parent === undefined ? {} : { parent_id: parent?.id ?? false }),
    };
  }

  async #tag(name: string): Promise<number> {
    const known = [...this.tables.database.rows("project.tags")].find((tag) =>
      String(tag.name).toLowerCase() === name
    );
    return known?.id ?? await this.#create("manager", "project.tags", { name });
  }
}

function idsOf(value: unknown): number[] {
  return Array.isArray(value) ? value.filter((id) => typeof id === "number") : [];
}
