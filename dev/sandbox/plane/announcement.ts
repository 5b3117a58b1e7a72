/** What the rest of the sandbox tells the webhook outbox. */
import type { Json, JsonObject } from "./python_json.ts";

export const ENTITIES = ["project", "issue", "module", "cycle", "issue_comment"] as const;
export type Entity = typeof ENTITIES[number];

export interface FieldChange {
  readonly field: string;
  readonly old: Json;
  /** What was asked for, not what was stored. */
  readonly new: Json;
}

export interface Announcement {
  readonly entity: Entity;
  readonly action: "created" | "updated" | "deleted";
  readonly id: string;
  readonly actorId: string;
  /** One webhook each (v1). Empty unless updated. */
  readonly changes: readonly FieldChange[];
  /** The record as it was, for the `previous_attributes` of a v2 delete. */
  readonly before?: JsonObject;
  /** False where the community edition sends nothing: only v2 tells of a deleted work item or comment. */
  readonly inVersionOne: boolean;
}
