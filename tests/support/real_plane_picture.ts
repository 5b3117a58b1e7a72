/** A picture of a real Plane: the projects that take part, and what the judge and the people of an edit script see of them. */
import { parseStamp } from "../../dev/sandbox/plane/clock.ts";
import type { PlaneClient, PlaneProject, PlaneUser, PlaneWorkItem } from "../../shared/plane/client.ts";
import { planeWorkItemSchema } from "../../shared/plane/schemas.ts";
import { SuiteError } from "../../shared/errors.ts";
import type { PlaneTables, SeenItem } from "../sim/judge/evidence.ts";

type Table<Name extends keyof PlaneTables> = PlaneTables[Name] extends ReadonlyMap<string, infer Row>
  ? Map<string, Row>
  : never;

export class PlanePicture implements PlaneTables {
  readonly users: Table<"users">;
  readonly projects: Table<"projects"> = new Map();
  readonly states: Table<"states"> = new Map();
  readonly labels: Table<"labels"> = new Map();
  readonly workItems: Table<"workItems"> = new Map();
  /** What people deleted. Lists show it no more, and what is archived neither. */
  readonly deleted = new Set<string>();

  /** @param strangers projects that were there before */
  constructor(
    readonly client: PlaneClient,
    users: readonly PlaneUser[],
    readonly strangers: ReadonlySet<string>,
  ) {
    this.users = new Map(users.map(({ id, email }) => [id, { email: email ?? "" }]));
  }

  /** Reads everything again. */
  async refresh(): Promise<void> {
    const projects = (await this.client.projects()).filter(({ id }) => !this.strangers.has(id));
    const items: SeenItem[] = [];
    for (const project of projects.sort((one, other) => micros(one.created_at) - micros(other.created_at))) {
      items.push(...await this.#read(project));
    }
    const listed = new Set(items.map(({ id }) => id));
    const hidden = [...this.workItems.values()]
      .filter(({ id, project }) => !listed.has(id) && this.projects.has(project) && !this.#isDeleted(id))
      .map((item) => ({ ...item, archived_at: item.archived_at ?? "archived" }));
    this.workItems.clear();
    for (const item of [...items, ...hidden].sort((one, other) => one.created_at - other.created_at)) {
      this.workItems.set(item.id, item);
    }
  }

  async #read(project: PlaneProject): Promise<SeenItem[]> {
    const { id } = project;
    try {
      for (const state of await this.client.states(id)) {
        this.states.set(state.id, { ...state, project: id, sequence: state.sequence ?? 0 });
      }
      // Plane lists them newest first.
      for (const [age, label] of (await this.client.labels(id)).entries()) {
        this.labels.set(label.id, { ...label, project: id, created_at: -age });
      }
      const items: SeenItem[] = [];
      for await (const row of this.client.workItemRows(id)) items.push(seen(planeWorkItemSchema.parse(row)));
      this.projects.set(id, { id });
      return items;
    } catch (thrown) {
      // Made by the engine a moment ago, or deleted.
      if (thrown instanceof SuiteError && thrown.code === "plane_forbidden") return [];
      throw thrown;
    }
  }

  /** Plane deletes what is below a deleted item with it. */
  #isDeleted(id: string): boolean {
    for (let at: string | null = id; at !== null; at = this.workItems.get(at)?.parent ?? null) {
      if (this.deleted.has(at)) return true;
      if (at !== id && at === this.workItems.get(at)?.parent) return false;
    }
    return false;
  }
}

function seen(item: PlaneWorkItem): SeenItem {
  return {
    ...item,
    description_html: item.description_html ?? "",
    state: item.state ?? "",
    created_at: micros(item.created_at),
  };
}

function micros(stamp: string): number {
  return parseStamp(stamp) ?? 0;
}
