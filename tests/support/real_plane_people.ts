/** What people do in a real Plane, over the API with a person's key. Whatever Plane refuses has not happened. */
import { nth, type PlaneActors, workItemForm } from "../sim/world/plane_people.ts";
import type { Act } from "../sim/world/schedule.ts";
import { LABELS, nameText } from "../sim/world/texts.ts";
import type { RealPlane } from "./real_plane.ts";

/** The web app's names, and the API's. */
const NAMES: Readonly<Record<string, string>> = {
  state_id: "state",
  assignee_ids: "assignees",
  label_ids: "labels",
  parent_id: "parent",
};

export class RealPlanePeople implements PlaneActors {
  #edits = 0;

  constructor(readonly plane: RealPlane) {}

  async addProject(number: number, name: string): Promise<void> {
    const { plane } = this;
    const project = await plane.must("person", "POST", "/projects/", {
      name,
      identifier: `P${number}${crypto.randomUUID().slice(0, 6)}`.toUpperCase(),
      project_lead: plane.people[0],
    });
    const path = `/projects/${String(project.id)}`;
    for (const member of [...plane.people.slice(1), plane.bot]) {
      await plane.must("person", "POST", `${path}/project-members/`, { member, role: 15 });
    }
    for (const label of LABELS) {
      await plane.must("person", "POST", `${path}/labels/`, { name: label, color: "#ff0000" });
    }
  }

  async joinProjects(): Promise<void> {
    const { plane } = this;
    await plane.world.refresh();
    for (const id of plane.world.projects.keys()) {
      const members = new Set((await plane.world.client.projectMembers(id)).map((member) => member.id));
      for (const [index, member] of plane.people.entries()) {
        if (members.has(member)) continue;
        const role = index === 0 ? 20 : 15;
        await plane.must("bot", "POST", `/projects/${id}/project-members/`, { member, role });
      }
    }
  }

  async act(act: Act): Promise<boolean> {
    const { plane } = this;
    const { world } = plane;
    this.#edits += 1;
    if (act.do === "webhookOff" || act.do === "webhookOn") {
      await plane.idle();
      plane.isListening = act.do === "webhookOn";
      return true;
    }
    if (act.do === "create" || act.do === "editProject") {
      const project = nth([...world.projects.values()], act.project);
      if (project === undefined) return false;
      if (act.do === "create") {
        const form = this.#form(project.id, undefined, { name: 1, ...act.fields });
        return await plane.may("POST", `/projects/${project.id}/work-items/`, form);
      }
      const { name, description } = act.fields;
      return await plane.may("PATCH", `/projects/${project.id}/`, {
        ...(name === undefined ? {} : { name: nameText(this.#edits, name).trim() }),
        ...(description === undefined ? {} : { description: `about p${this.#edits}` }),
      });
    }
    if (act.do !== "edit" && act.do !== "archive" && act.do !== "unarchive" && act.do !== "delete") {
      return false;
    }
    const item = nth([...world.workItems.values()], act.item);
    if (item === undefined) return false;
    const path = `/projects/${item.project}/work-items/${item.id}/`;
    if (act.do === "archive") {
      // The web app offers it for these only.
      const group = world.states.get(item.state)?.group ?? "";
      if (!["completed", "cancelled"].includes(group)) return false;
      return await plane.may("PATCH", path, { archived_at: new Date().toISOString().slice(0, 10) });
    }
    if (act.do === "unarchive") return await plane.may("PATCH", path, { archived_at: null });
    if (act.do === "delete") {
      if (item.archived_at !== null || !await plane.may("DELETE", path)) return false;
      world.deleted.add(item.id);
      // What is below it goes a moment later.
      await plane.idle();
      return true;
    }
    // The web app opens no archived item for editing.
    if (item.archived_at !== null) return false;
    return await plane.may("PATCH", path, this.#form(item.project, item, act.fields));
  }

  #form(
    project: string,
    ...[item, fields]: [Parameters<typeof workItemForm>[4], Parameters<typeof workItemForm>[5]]
  ) {
    const { world, people } = this.plane;
    const form = workItemForm(world, people, this.#edits, project, item, fields);
    return Object.fromEntries(Object.entries(form).map(([name, value]) => [NAMES[name] ?? name, value]));
  }
}
