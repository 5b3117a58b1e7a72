/** The queue as one would explain it: what each operation does to an entity, with a clock in seconds. */
import type { Hint, OutcomeName } from "./queue.ts";

export interface ModelRow {
  status: "pending" | "processing" | "failed";
  generation: number;
  claimedGeneration: number;
  fence: number;
  attempts: number;
  outages: number;
  crashes: number;
  priority: number;
  /** Seconds; Infinity is parked. A claim leaves it. */
  due: number;
  /** The end of the lease, in seconds. */
  lockedUntil: number;
  observedAt: number | null;
  hash: string | null;
  readFirst: boolean;
  planeHinted: boolean;
  odooHinted: boolean;
  reason: string | null;
}

/** What a delivery says of a pair; one of Odoo carries no observation. */
export interface ModelHint {
  side: "plane" | "odoo";
  priority: number;
  observedAt: number | null;
  hash: string;
  readFirst: boolean;
}

export interface ModelHold {
  entity: string;
  row: ModelRow;
  fence: number;
}

export type DeliveryStatus = "received" | "processed" | "failed";

export class QueueModel {
  now = 0;
  readonly rows = new Map<string, ModelRow>();
  readonly deliveries = new Map<string, DeliveryStatus[]>();

  hint(entity: string, given: ModelHint): void {
    const ofPlane = given.side === "plane";
    const hint = ofPlane ? given : { ...given, observedAt: null, readFirst: false };
    this.deliveries.set(entity, [...this.deliveries.get(entity) ?? [], "received"]);
    const row = this.rows.get(entity);
    const hash = hint.observedAt === null ? null : hint.hash;
    if (row === undefined) {
      this.rows.set(entity, {
        status: "pending",
        generation: 1,
        claimedGeneration: 0,
        fence: 0,
        attempts: 0,
        outages: 0,
        crashes: 0,
        priority: hint.priority,
        due: this.now,
        lockedUntil: 0,
        observedAt: hint.observedAt,
        hash,
        readFirst: hint.readFirst,
        planeHinted: ofPlane,
        odooHinted: !ofPlane,
        reason: null,
      });
      return;
    }
    row.generation += 1;
    row.priority = Math.max(row.priority, hint.priority);
    row.readFirst ||= hint.readFirst;
    row.planeHinted ||= ofPlane;
    row.odooHinted ||= !ofPlane;
    if (hint.observedAt !== null) {
      if (row.observedAt === hint.observedAt && row.hash !== hash) row.readFirst = true;
      if (row.observedAt === null || hint.observedAt > row.observedAt) {
        row.observedAt = hint.observedAt;
        row.hash = hash;
      }
    }
    if (row.status === "failed") {
      Object.assign(row, { status: "pending", attempts: 0, outages: 0, due: this.now });
    }
  }

  /** Whom the next claim of one may take: the most urgent of those due, and among them who is due longest. */
  next(): string[] {
    const due = [...this.rows].filter(([, row]) =>
      row.status !== "failed" && row.due <= this.now &&
      (row.status === "pending" || row.lockedUntil <= this.now)
    );
    const priority = Math.max(...due.map(([, row]) => row.priority));
    const urgent = due.filter(([, row]) => row.priority === priority);
    const first = Math.min(...urgent.map(([, row]) => row.due));
    return urgent.filter(([, row]) => row.due === first).map(([entity]) => entity);
  }

  claim(entity: string, lease: number): ModelHold {
    const row = this.#row(entity);
    if (row.status === "processing") row.crashes += 1;
    row.status = "processing";
    row.fence += 1;
    row.attempts += 1;
    row.claimedGeneration = row.generation;
    row.lockedUntil = this.now + lease;
    return { entity, row, fence: row.fence };
  }

  /** Whether the hold still counts. */
  settle(hold: ModelHold, outcome: OutcomeName, next: number, reason: string | null): boolean {
    const { entity, row } = hold;
    if (this.rows.get(entity) !== row || row.fence !== hold.fence || row.status !== "processing") {
      return false;
    }
    const current = row.generation === row.claimedGeneration;
    if (current && (outcome === "done" || outcome === "dead")) {
      const status = outcome === "done" ? "processed" : "failed";
      const before = this.deliveries.get(entity) ?? [];
      this.deliveries.set(entity, before.map((each) => each === "processed" ? each : status));
    }
    if (outcome === "done" && current) {
      this.rows.delete(entity);
      return true;
    }
    row.status = outcome === "dead" && current ? "failed" : "pending";
    const counts = outcome === "retry" || (outcome === "dead" && current);
    const anew = (outcome === "done" || outcome === "dead") && !current;
    row.attempts = anew ? 0 : counts ? row.attempts : Math.max(0, row.attempts - 1);
    row.outages = outcome === "outage" || outcome === "wait" ? row.outages + 1 : 0;
    row.crashes = 0;
    row.reason = reason;
    row.due = outcome === "park"
      ? (current ? Infinity : this.now)
      : ["retry", "outage", "wait"].includes(outcome)
      ? next
      : this.now;
    return true;
  }

  replay(reason: string): number {
    const dead = [...this.rows.values()].filter((row) => row.status === "failed" && row.reason === reason);
    for (const row of dead) {
      row.generation += 1;
      Object.assign(row, { status: "pending", attempts: 0, outages: 0, due: this.now });
    }
    return dead.length;
  }

  #row(entity: string): ModelRow {
    const row = this.rows.get(entity);
    if (row === undefined) throw new Error(`${entity} has no row`);
    return row;
  }
}

/** What a hint of the model is for the database. */
export function hintOf(
  { side, priority, observedAt, hash, readFirst }: ModelHint,
  at: (seconds: number) => string,
): Hint {
  if (side === "odoo") return { source: "odoo", type: "project.task", priority, readFirst };
  return observedAt === null
    ? { priority, readFirst }
    : { priority, readFirst, observedAt: at(observedAt), hash };
}
