/** Everything one sandbox workspace holds, and the few rules every kind of record shares. */
import { type Clock, createClock } from "./clock.ts";
import type { Announcement } from "./announcement.ts";
import { Faults } from "./faults.ts";
import type {
  Activity,
  ApiKey,
  Comment,
  Cycle,
  External,
  IntakeItem,
  Label,
  Link,
  Membership,
  Module,
  Placement,
  Project,
  Relation,
  State,
  Stored,
  User,
  WorkItem,
} from "./model.ts";

export interface WorldOptions {
  readonly workspaceSlug: string;
  readonly now: () => number;
  readonly random: () => number;
}

export class World {
  readonly slug: string;
  readonly workspaceId: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly faults = new Faults();
  readonly users = new Map<string, User>();
  readonly keys = new Map<string, ApiKey>();
  readonly members: Membership[] = [];
  readonly projects = new Map<string, Project>();
  readonly states = new Map<string, State>();
  readonly labels = new Map<string, Label>();
  readonly workItems = new Map<string, WorkItem>();
  readonly comments = new Map<string, Comment>();
  readonly cycles = new Map<string, Cycle>();
  readonly modules = new Map<string, Module>();
  readonly cycleItems = new Map<string, Placement>();
  readonly moduleItems = new Map<string, Placement>();
  readonly links = new Map<string, Link>();
  readonly relations = new Map<string, Relation>();
  readonly intakeItems = new Map<string, IntakeItem>();
  readonly activities: Activity[] = [];
  /** Called with every change after it is stored; the webhook outbox listens here. */
  announce: (announcement: Announcement) => void = () => {};

  constructor(options: WorldOptions) {
    this.slug = options.workspaceSlug;
    this.clock = createClock(options.now);
    this.random = options.random;
    this.workspaceId = this.newId();
  }

  /** A version 4 UUID drawn from the injected randomness. */
  newId(): string {
    const digits = this.hex(32).split("");
    digits[12] = "4";
    digits[16] = "89ab"[Math.floor(this.random() * 4)] ?? "8";
    const text = digits.join("");
    return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join(
      "-",
    );
  }

  hex(length: number): string {
    return Array.from({ length }, () => Math.floor(this.random() * 16).toString(16)).join("");
  }

  /** The stamps of a new record: the second is a little later than the first, `updated_by` is empty. */
  newStored(userId: string | null): Stored {
    const created_at = this.clock.stamp();
    return {
      id: this.newId(),
      created_at,
      updated_at: this.clock.stamp(),
      created_by: userId,
      updated_by: null,
    };
  }

  touch(record: Stored, userId: string): void {
    record.updated_at = this.clock.stamp();
    record.updated_by = userId;
  }

  role(userId: string): number {
    return this.members.find((member) => member.userId === userId)?.role ?? 0;
  }

  projectRole(project: Project, userId: string): number {
    return project.members.find((member) => member.userId === userId)?.role ?? 0;
  }

  /** Members of the project who can be assigned, in the order they joined: guests and outsiders cannot. */
  assignable(project: Project, userIds: readonly string[]): string[] {
    const able = project.members.filter((member) => member.role >= 15).map((member) => member.userId);
    return able.filter((id) => userIds.includes(id));
  }

  /** Labels of the project among these, oldest first. */
  labelsAmong(project: Project, labelIds: readonly string[]): string[] {
    const labels = this.ofProject(this.labels, project.id).toReversed().map((label) => label.id);
    return labels.filter((id) => labelIds.includes(id));
  }

  /** Records of a project, newest first: the order of most lists. */
  ofProject<Kind extends Stored & { readonly project: string }>(
    records: Map<string, Kind>,
    project: string,
  ): Kind[] {
    return [...records.values()].filter((record) => record.project === project).sort(newestFirst);
  }

  /** The records that carry this external pair; more than one when creates raced. */
  byExternalId<Kind extends External>(records: Iterable<Kind>, id: unknown, source: unknown): Kind[] {
    return [...records].filter((record) =>
      record.external_id === String(id) && record.external_source === String(source)
    );
  }
}

export const newestFirst = (left: Stored, right: Stored) => right.created_at - left.created_at;
