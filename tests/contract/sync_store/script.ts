/** What a script does with a store, as workers, webhooks and people would. Records are few, so that everything meets. */
import type { Operation } from "../../../shared/delivery.ts";
import type { Outcome } from "../../../shared/store/queue.ts";
import type { RecordKey, Resolution } from "../../../shared/store/engine/sync_store.ts";
import type { PauseScope } from "./world.ts";

/** The records of one side and of the other; a pair is any of one kind with any of the other. */
export const KEYS: readonly RecordKey[] = [
  ...["a", "b", "c"].map((id) => ({ side: "plane" as const, type: "issue", id })),
  { side: "plane", type: "project", id: "p" },
  ...["1", "2", "3"].map((id) => ({ side: "odoo" as const, model: "project.task", id })),
  { side: "odoo", model: "project.project", id: "9" },
];

/** What a settlement writes, as far as it does not depend on what is there. */
export interface EffectPlan {
  /** Which of the other side's records it gets for a partner; null: none. */
  partner: number | null;
  status: "active" | "error" | "archived" | null;
  lastError: "odoo_rejected" | null;
  snapshot: string | null;
  tombstone: "deleted_in_odoo" | "deleted_in_plane" | null;
  relinked: boolean;
  waitsFor: RecordKey | null;
  conflicts: {
    open: readonly { field: string; value: number }[];
    settled: readonly string[];
    how: "resolved" | "gone";
  } | null;
  /** What became of everything that was noted for the pair. */
  attempts: "settled" | "written" | "nothing" | "unknown" | null;
  hint: RecordKey | null;
  logged: boolean;
}

export type Action =
  | {
    do: "deliver";
    key: RecordKey;
    operation: Operation;
    priority: number;
    stampSecond: number | null;
    hash: string;
    readFirst: boolean;
    again: boolean;
  }
  | {
    do: "hint";
    key: RecordKey;
    readFirst: boolean;
    priority: number;
    project: string | null;
    withPayload: boolean;
  }
  | { do: "claim" }
  | { do: "intent"; which: number }
  /** The foremost hold notes a write to its pair. */
  | { do: "note"; which: number; side: "plane" | "odoo"; stamped: boolean }
  | { do: "settle"; which: number; outcome: Outcome; effect: EffectPlan | null }
  | { do: "advance"; seconds: number }
  | { do: "lose" }
  | { do: "resolve"; which: number; resolution: Resolution }
  | { do: "pause" | "resume"; scope: PauseScope }
  | { do: "deleteMapping"; which: number }
  /** Makes a pair, or as much of one as the rest allows. */
  | { do: "pair"; key: RecordKey; partner: number }
  | { do: "replay"; reason: string }
  | { do: "remember"; value: string; odooId: number | null }
  | { do: "forget"; odooId: number }
  | { do: "look"; key: RecordKey };
