/** Who changed what, when, seen at the servers: the truth the laws are checked against. */
import type { OdooTables, PlaneTables } from "./evidence.ts";
import type { Reader } from "../world/pass.ts";
import type { Side } from "../world/schedule.ts";
import { type FieldName, type Fields, odooFields, planeFields } from "./fields.ts";
import { moduleTasks } from "./plan_records.ts";

export interface Change {
  readonly at: number;
  readonly side: Side;
  readonly record: string;
  readonly by: "person" | "engine";
  /** The engine's worker. */
  readonly worker: string | null;
  /** `record`: it was made or deleted. */
  readonly field: FieldName | "record";
  readonly from: unknown;
  readonly to: unknown;
  /** Engine only: when the pass that wrote had last read this record; null: never. */
  readonly readAt: number | null;
  /** Engine only: whether the answer reached its worker. */
  readonly heard: boolean;
}

export class History {
  readonly changes: Change[] = [];
  /** Plane's items that had the priority "low" at some time, which is not told from "none" here. */
  readonly onceLow = new Set<string>();
  /** By Plane's item, also one that is deleted by now: the task it was made for (`project.task,<id>`). */
  readonly madeFor = new Map<string, string>();
  readonly #known: Record<Side, Map<string, Fields>> = { plane: new Map(), odoo: new Map() };
  readonly #reads = new Map<string, number>();
  /** When each record was read, by whomever. */
  readonly #readings = new Map<string, number[]>();

  constructor(readonly plane: PlaneTables, readonly odoo: OdooTables) {}

  /** What the side looks like now. */
  fields(side: Side): ReadonlyMap<string, Fields> {
    return this.#known[side];
  }

  /** What a record said last, also when it is deleted by now. */
  lastKnown(side: Side, record: string): Partial<Fields> {
    const changes = this.changes.filter((change) => change.side === side && change.record === record);
    return Object.fromEntries(
      changes.filter(({ field }) => field !== "record").map(({ field, to }) => [field, to]),
    );
  }

  /** A record was read. */
  readBy({ worker, pass }: Reader, side: Side, record: string, at: number): void {
    this.#reads.set(`${worker} ${pass} ${side} ${record}`, at);
    const key = `${side} ${record}`;
    this.#readings.set(key, [...this.#readings.get(key) ?? [], at]);
  }

  /** Whether the engine read a record between two moments, both included. */
  wasRead(side: Side, record: string, from: number, to: number): boolean {
    return this.#readings.get(`${side} ${record}`)?.some((at) => from <= at && at <= to) ?? false;
  }

  /** Looks at a side after something may have changed there, and notes what did. */
  look(side: Side, by: "person" | "engine", at: number, reader: Reader | null, heard: boolean): Change[] {
    const worker = reader?.worker ?? null;
    const now = side === "plane" ? this.#planeNow() : this.#odooNow();
    const known = this.#known[side];
    const found: Change[] = [];
    const note = (record: string, field: Change["field"], from: unknown, to: unknown) => {
      const readAt = this.#reads.get(`${worker} ${reader?.pass} ${side} ${record}`) ?? null;
      found.push({ at, side, record, by, worker, field, from, to, readAt, heard });
    };
    for (const [record, fields] of now) {
      const before = known.get(record);
      if (before === undefined) note(record, "record", null, "made");
      for (const field of FIELD_NAMES) {
        const from = before?.[field];
        if (!same(from, fields[field])) note(record, field, from ?? null, fields[field]);
      }
    }
    for (const record of known.keys()) {
      if (!now.has(record)) note(record, "record", "made", "deleted");
    }
    this.#known[side] = now;
    this.changes.push(...found);
    return found;
  }

  #planeNow(): Map<string, Fields> {
    for (const { id, priority, external_source, external_id } of this.plane.workItems.values()) {
      if (priority === "low") this.onceLow.add(id);
      if (external_source === "odoo" && external_id) this.madeFor.set(id, external_id);
    }
    return new Map(
      [...this.plane.workItems.values()].map((item) => [item.id, planeFields(this.plane, item)]),
    );
  }

  /** A task that stands for a module is no work item's. */
  #odooNow(): Map<string, Fields> {
    const modules = moduleTasks(this.odoo);
    return new Map(
      [...this.odoo.database.rows("project.task")].flatMap((task) =>
        modules.has(task.id) ? [] : [[String(task.id), odooFields(this.odoo, task, modules)]]
      ),
    );
  }
}

const FIELD_NAMES: readonly FieldName[] = [
  "name",
  "description",
  "priority",
  "state",
  "closed",
  "assignees",
  "labels",
  "target_date",
  "parent",
  "archived",
];

export function same(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, index) => item === other[index]);
  }
  return one === other;
}
