/** What people do in Plane's web app. Whatever Plane refuses has not happened. */
import { ApiError } from "../../../dev/sandbox/plane/answers.ts";
import type { InProcessSandboxPlane } from "../../../dev/sandbox/plane/server.ts";
import type { Project, User, WorkItem } from "../../../dev/sandbox/plane/model.ts";
import type { PlaneTables, SeenItem } from "../judge/evidence.ts";
import { talkInPlane } from "./plane_talk.ts";
import { planInPlane } from "./plane_planning.ts";
import { type Act, type FieldEdits, isPlanning, isTalk } from "./schedule.ts";
import { dateText, descriptionText, LABELS, nameText } from "./texts.ts";

const PRIORITIES = ["none", "low", "medium", "high", "urgent"];

/** People on Plane's side, in the sandbox or in a real one. */
export interface PlaneActors {
  addProject(number: number, name: string): Promise<void>;
  /** Who administers the workspace lets people into projects others made. */
  joinProjects(): void | Promise<void>;
  /** Returns whether it happened. */
  act(act: Act): Promise<boolean>;
}

export class PlanePeople implements PlaneActors {
  #edits = 0;

  constructor(readonly plane: InProcessSandboxPlane, readonly person: User) {}

  /** A project with states, members and labels. */
  async addProject(number: number, name = `Project ${number}`): Promise<void> {
    const { plane } = this;
    const made = await plane.api("POST", "/projects/", {
      name,
      identifier: `P${number}`,
      project_lead: plane.users.alice.id,
    });
    const path = `/projects/${made.id}`;
    for (const user of [plane.users.bob, plane.users.bot]) {
      await plane.api("POST", `${path}/members/`, { member: user.id, role: 20 });
    }
    for (const name of LABELS) await plane.api("POST", `${path}/labels/`, { name, color: "#ff0000" });
  }

  /** Who administers the workspace lets people into projects others made. */
  joinProjects(): void {
    const { world, users } = this.plane;
    for (const project of world.projects.values()) {
      for (const { id } of [users.alice, users.bob]) {
        if (world.projectRole(project, id) > 0) continue;
        project.members.push({ id: world.newId(), userId: id, role: 20 });
      }
    }
  }

  /** Returns whether it happened. */
  async act(act: Act): Promise<boolean> {
    try {
      return await this.#try(act);
    } catch (thrown) {
      if (thrown instanceof ApiError) return false;
      throw thrown;
    }
  }

  async #try(act: Act): Promise<boolean> {
    const { plane, person } = this;
    this.#edits += 1;
    if (act.do === "webhookOff" || act.do === "webhookOn") {
      for (const webhook of plane.webhooks.list()) webhook.isActive = act.do === "webhookOn";
      return true;
    }
    if (act.do === "undo") return false;
    if (isTalk(act)) return talkInPlane(plane, act, this.#edits);
    if (isPlanning(act)) return await planInPlane(plane, act, this.#edits);
    if (act.do === "create") {
      const project = nth([...plane.world.projects.values()], act.project);
      if (project === undefined) return false;
      const fields = { name: 1, ...act.fields };
      plane.web.createWorkItem(person, project.id, this.#body(project, undefined, fields));
      return true;
    }
    if (act.do === "editProject") {
      const project = nth([...plane.world.projects.values()], act.project);
      if (project === undefined) return false;
      await plane.api("PATCH", `/projects/${project.id}/`, {
        ...(act.fields.name === undefined ? {} : { name: nameText(this.#edits, act.fields.name).trim() }),
        ...(act.fields.description === undefined ? {} : { description: `about p${this.#edits}` }),
      });
      return true;
    }
    const item = nth([...plane.world.workItems.values()], act.item);
    const project = plane.world.projects.get(item?.project ?? "");
    if (item === undefined || project === undefined) return false;
    switch (act.do) {
      case "archive":
        plane.web.archive(item.id);
        return true;
      case "unarchive":
        plane.web.unarchive(item.id);
        return true;
      case "delete":
        plane.web.deleteWorkItem(person, item.id);
        return true;
    }
    // The web app opens no archived item for editing.
    if (item.archived_at !== null) return false;
    plane.web.updateWorkItem(person, item.id, this.#body(project, item, act.fields));
    return true;
  }

  #body(project: Project, item: WorkItem | undefined, fields: FieldEdits) {
    const people = [this.plane.users.alice.id, this.plane.users.bob.id];
    return workItemForm(this.plane.world, people, this.#edits, project.id, item, fields);
  }
}

/**
 * What the web app sends when somebody saves these fields.
 *
 * @param people whom work items are given to
 * @param edit makes its texts unique
 */
export function workItemForm(
  tables: PlaneTables,
  people: readonly string[],
  edit: number,
  project: string,
  item: SeenItem | undefined,
  fields: FieldEdits,
) {
  const states = [...tables.states.values()]
    .filter((state) => state.project === project && state.group !== "triage")
    .sort((one, other) => one.sequence - other.sequence);
  const labels = newestFirst(tables.labels.values(), project).map(({ id }) => id).reverse();
  const others = newestFirst(tables.workItems.values(), project).filter(({ id }) => id !== item?.id);
  const state = fields.state === undefined ? undefined : nth(states, fields.state);
  const parent = fields.parent === undefined || fields.parent === 0 ? undefined : nth(others, fields.parent);
  return {
    ...(fields.name === undefined ? {} : { name: nameText(edit, fields.name) }),
    ...(fields.description === undefined ? {} : {
      description_html: descriptionText(edit, fields.description),
    }),
    ...(fields.priority === undefined ? {} : { priority: nth(PRIORITIES, fields.priority) ?? "none" }),
    ...(state === undefined ? {} : { state_id: state.id }),
    ...(fields.assignee === undefined ? {} : {
      assignee_ids: toggled(item?.assignees ?? [], nth(people, fields.assignee)),
    }),
    ...(fields.label === undefined ? {} : {
      label_ids: toggled(item?.labels ?? [], nth(labels, fields.label)),
    }),
    ...(fields.targetDate === undefined ? {} : { target_date: dateText(fields.targetDate) }),
    ...(fields.parent === undefined ? {} : { parent_id: parent?.id ?? null }),
  };
}

function newestFirst<Kind extends { project: string; created_at: number }>(
  records: Iterable<Kind>,
  project: string,
): Kind[] {
  return [...records].filter((record) => record.project === project).sort((one, other) =>
    other.created_at - one.created_at
  );
}

/** With wrapping, so that any number chooses. */
export function nth<Item>(items: readonly Item[], index: number): Item | undefined {
  return items.length === 0 ? undefined : items[index % items.length];
}

export function toggled<Item>(items: readonly Item[], item: Item | undefined): Item[] {
  if (item === undefined) return [...items];
  return items.includes(item) ? items.filter((other) => other !== item) : [...items, item];
}
