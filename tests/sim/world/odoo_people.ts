/** What people do in Odoo. Whatever Odoo refuses has not happened. */
import { OdooException } from "../../../dev/sandbox/odoo/exceptions.ts";
import { methodOf } from "../../../dev/sandbox/odoo/methods.ts";
import type { Row } from "../../../dev/sandbox/odoo/database.ts";
import type { InProcessSandboxOdoo } from "../../../dev/sandbox/odoo/server.ts";
import type { Caller } from "../../../dev/sandbox/odoo/world.ts";
import { nth, toggled } from "./plane_people.ts";
import type { Act, FieldEdits } from "./schedule.ts";
import { dateText, descriptionText, LABELS, nameText } from "./texts.ts";

type Values = Record<string, unknown>;

const STAGES = ["Todo", "In Progress", "Done"];

export class OdooPeople {
  #edits = 0;

  /**
   * @param person edits tasks
   * @param manager may also make and change projects
   */
  constructor(readonly odoo: InProcessSandboxOdoo, readonly person: Caller, readonly manager: Caller) {}

  /** A project with stages. */
  addProject(number: number): void {
    const project = this.#create(this.manager, "project.project", {
      name: `Odoo project ${number}`,
      user_id: false,
    });
    for (const [index, name] of STAGES.entries()) {
      const values = { name, sequence: index, fold: name === "Done", project_ids: [[6, 0, [project]]] };
      this.#create(this.manager, "project.task.type", values);
    }
  }

  /** Returns whether it happened. */
  act(act: Act): boolean {
    try {
      return this.#try(act);
    } catch (thrown) {
      if (thrown instanceof OdooException) return false;
      throw thrown;
    }
  }

  #try(act: Act): boolean {
    this.#edits += 1;
    const { database } = this.odoo.world;
    if (act.do === "webhookOff" || act.do === "webhookOn") return false;
    if (act.do === "create" || act.do === "editProject") {
      const projects = [...database.rows("project.project")].filter((row) => row.active === true);
      const project = nth(projects, act.project);
      if (project === undefined) return false;
      if (act.do === "create") {
        const values = this.#values(project.id, undefined, { name: 1, ...act.fields });
        this.#create(this.person, "project.task", { user_ids: [], ...values, project_id: project.id });
        return true;
      }
      this.#run(this.manager, "project.project", "write", [project.id], {
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
        this.#write(task, { active: act.do === "unarchive" });
        return true;
      case "delete":
        this.#run(this.manager, "project.task", "unlink", [task.id], {});
        return true;
    }
    if (task.active === false) return false;
    this.#write(task, this.#values(Number(task.project_id), task, act.fields));
    return true;
  }

  #write(task: Row, vals: Values): void {
    this.#run(this.person, "project.task", "write", [task.id], { vals });
  }

  #create(caller: Caller, model: string, values: Values): number {
    const made = this.#run(caller, model, "create", [], { vals_list: [values] });
    const id: unknown = Array.isArray(made) ? made[0] : undefined;
    if (typeof id !== "number") throw new Error(`${model} was not made`);
    return id;
  }

  #run(caller: Caller, model: string, name: string, ids: number[], given: Values): unknown {
    const method = methodOf(model, name);
    if (method === undefined) throw new Error(`no method ${name}`);
    return this.odoo.world.run(caller, {}, method, model, ids, given);
  }

  #values(project: number, task: Row | undefined, fields: FieldEdits): Values {
    const { database } = this.odoo.world;
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
        tag_ids: [[6, 0, toggled(idsOf(task?.tag_ids), this.#tag(nth(LABELS, fields.label) ?? "bug"))]],
      }),
      ...(date === undefined ? {} : { date_deadline: date === null ? false : `${date} 12:00:00` }),
      ...(fields.parent === undefined ? {} : { parent_id: parent?.id ?? false }),
    };
  }

  #tag(name: string): number {
    const known = [...this.odoo.world.database.rows("project.tags")].find((tag) =>
      String(tag.name).toLowerCase() === name
    );
    return known?.id ?? this.#create(this.manager, "project.tags", { name });
  }
}

function idsOf(value: unknown): number[] {
  return Array.isArray(value) ? value.filter((id) => typeof id === "number") : [];
}
