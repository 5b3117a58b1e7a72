/** The rows of the memory store: what the tables of supabase/migrations hold, as far as the engine meets it. */
import type { Envelope, Operation, Source } from "../../../shared/delivery.ts";
import type { Json, JsonObject } from "../../../shared/json.ts";
import type { HintPayload } from "../../../shared/store/hint_payload.ts";
import type {
  ConfigRow,
  MappingRow,
  NewAttempt,
  Resolution,
  SnapshotRow,
  TombstoneRow,
} from "../../../shared/store/engine/sync_store.ts";
import type { ValueKind } from "../../../shared/store/engine/value_map.ts";

export interface QueueRow {
  readonly id: string;
  readonly entityKey: string;
  sourceSystem: Source;
  sourceId: string;
  sourceType: string;
  planeProjectId: string | null;
  operation: Operation;
  payload: HintPayload | null;
  status: "pending" | "processing" | "failed";
  priority: number;
  attempts: number;
  outages: number;
  maxAttempts: number;
  lastAttemptAt: number | null;
  /** Ms; Infinity is parked. */
  nextAttemptAt: number;
  lastError: string | null;
  createdAt: number;
  lockUntil: number | null;
  generation: number;
  claimedGeneration: number | null;
  fence: number;
  crashes: number;
  lastDeliveryId: number | null;
  observationId: number | null;
  /** A comparable stamp. */
  observedAt: string | null;
  observationHash: string | null;
  readFirst: boolean;
  planeHinted: boolean;
  odooHinted: boolean;
  runId: string | null;
}

export interface DeliveryRow {
  readonly id: number;
  readonly dedupKey: string;
  readonly deliveryId: string | null;
  readonly source: Source;
  readonly envelope: Envelope;
  readonly entityKey: string | null;
  readonly observedAt: string | null;
  readonly body: string;
  readonly receivedAt: number;
  status: "received" | "processed" | "ignored" | "failed";
  error: string | null;
}

export interface Mapping extends MappingRow {
  matchOdooId: string | null;
  lastError: string | null;
  errorCount: number;
  version: number;
}

export interface Tombstone extends TombstoneRow {
  readonly createdAt: number;
}

export interface ConflictRow {
  readonly id: string;
  readonly mappingId: string;
  readonly field: string;
  base: Json;
  planeValue: Json;
  odooValue: Json;
  planeAt: string | null;
  odooAt: string | null;
  status: "open" | "resolved" | "gone";
  resolution: Resolution | null;
  resolutionGeneration: number | null;
  readonly createdAt: number;
}

export interface ValueRow {
  readonly kind: ValueKind;
  readonly planeValue: string;
  planeName: string;
  odooModel: string;
  odooId: number | null;
  decidedBy: "automatic" | "manual";
  updatedAt: number;
}

export interface Attempt extends NewAttempt {
  readonly changes: JsonObject[];
  readonly id: string;
  readonly mappingId: string;
  readonly sourceSystem: string;
  readonly sourceId: string;
  readonly runId: string | null;
  readonly deliveryId: number | null;
}

export interface LogRow {
  readonly id: number;
  mappingId: string | null;
  readonly entityKey: string;
  readonly sourceSystem: string;
  readonly sourceId: string;
  readonly targetId: string | null;
  readonly operation: string;
  readonly success: boolean;
  readonly error: string | null;
  readonly changes: readonly JsonObject[];
  readonly actor: string | null;
  readonly runId: string | null;
  readonly deliveryId: number | null;
}

export interface Tables {
  readonly configs: ConfigRow[];
  /** By entity key. */
  readonly queue: Map<string, QueueRow>;
  readonly deliveries: DeliveryRow[];
  readonly dedupKeys: Set<string>;
  readonly deliveryIds: Set<string>;
  readonly mappings: Map<string, Mapping>;
  /** Mapping ids by `plane_type:plane_id` and by `odoo_model:odoo_id`. */
  readonly byPlane: Map<string, string>;
  readonly byOdoo: Map<string, string>;
  readonly snapshots: Map<string, SnapshotRow>;
  /** By `plane_type:plane_id`. */
  readonly tombstones: Map<string, Tombstone>;
  readonly conflicts: ConflictRow[];
  /** In the order they were noted. */
  attempts: Attempt[];
  /** By `kind:plane_value`. */
  readonly values: Map<string, ValueRow>;
  /** waits for -> who waits. */
  readonly waiting: Map<string, Set<string>>;
  readonly log: LogRow[];
  paused: boolean;
}

const ISSUE_FIELDS = {
  name: "name",
  description: "description",
  priority: "priority",
  state: "stage_id",
  assignees: "user_ids",
  labels: "tag_ids",
  start_date: "planned_date_begin",
  target_date: "date_deadline",
  parent: "parent_id",
  archived: "active",
};

const DOCUMENT_FIELDS = { name: "name", description: "display_name", state: "state" };

/** As the migrations leave them. */
export function emptyTables(): Tables {
  const config = (
    plane_type: string,
    odoo_model: string,
    enabled: boolean,
    direction: ConfigRow["direction"],
    field_mappings: JsonObject,
  ): ConfigRow => ({
    plane_type,
    odoo_model,
    enabled,
    direction,
    field_mappings: inColumnOrder(field_mappings),
    conflict_resolution: "latest_wins",
    options: {},
  });
  return {
    configs: [
      config("project", "project.project", true, "bidirectional", {
        name: "name",
        description: "description",
        lead: "user_id",
        archived: "active",
      }),
      config("issue", "project.task", true, "bidirectional", ISSUE_FIELDS),
      config("issue_comment", "mail.message", true, "bidirectional", { comment: "body" }),
      config("cycle", "project.milestone", true, "plane_to_odoo", {
        name: "name",
        end_date: "deadline",
        reached: "is_reached",
      }),
      config("module", "project.project", true, "plane_to_odoo", {
        name: "name",
        description: "description",
        status: "last_update_status",
        lead: "user_id",
        archived: "active",
      }),
      config("issue", "sale.order", false, "odoo_to_plane", DOCUMENT_FIELDS),
      config("issue", "account.move", false, "odoo_to_plane", DOCUMENT_FIELDS),
    ],
    queue: new Map(),
    deliveries: [],
    dedupKeys: new Set(),
    deliveryIds: new Set(),
    mappings: new Map(),
    byPlane: new Map(),
    byOdoo: new Map(),
    snapshots: new Map(),
    tombstones: new Map(),
    conflicts: [],
    attempts: [],
    values: new Map(),
    waiting: new Map(),
    log: [],
    paused: false,
  };
}

/** Models of Odoo have a dot, or are custom and begin with x_; Plane's types never do. */
export function isOdooModel(type: string): boolean {
  return type.includes(".") || type.startsWith("x_");
}

export function splitKey(key: string): [type: string, id: string] {
  const colon = key.indexOf(":");
  return [key.slice(0, colon), key.slice(colon + 1)];
}

/** A copy nobody else can change, as a column of type jsonb is. */
export function stored<Value>(value: Value): Value {
  return value === undefined ? value : JSON.parse(JSON.stringify(value));
}

/** jsonb keeps names by length, then by their bytes; whoever walks them meets them so. */
function inColumnOrder(object: JsonObject): JsonObject {
  const entries = Object.entries(object);
  entries.sort(([one], [other]) => one.length - other.length || (one < other ? -1 : 1));
  return Object.fromEntries(entries);
}
