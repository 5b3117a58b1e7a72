/**
 * What the synchronisation engine asks of its memory. PostgreSQL in production (`sql_store.ts`); the simulator has one in
 * memory, which one contract suite holds equal to it.
 */
import type { Operation } from "../../delivery.ts";
import type { Json, JsonObject } from "../../json.ts";
import type { HintPayload } from "../hint_payload.ts";
import type { Claimed, Settlement } from "../queue.ts";
import type { MappedValue, ValueKind, ValueToRemember } from "./value_map.ts";

/** One record of one side. */
export type RecordKey =
  | { side: "plane"; type: string; id: string }
  | { side: "odoo"; model: string; id: string };

export type Direction = "plane_to_odoo" | "odoo_to_plane" | "bidirectional";
export type ConflictPolicy = "latest_wins" | "plane_wins" | "odoo_wins" | "manual";

/** A row of plane.sync_config. */
export interface ConfigRow {
  plane_type: string;
  odoo_model: string;
  enabled: boolean;
  direction: Direction;
  field_mappings: JsonObject;
  conflict_resolution: ConflictPolicy;
  options: JsonObject;
}

/** A pair, or the intent of one: then the id of the side that is about to be made is null. */
export interface MappingRow {
  id: string;
  plane_type: string;
  plane_id: string | null;
  plane_project_id: string | null;
  odoo_model: string;
  odoo_id: string | null;
  origin: "plane" | "odoo";
  sync_direction: Direction;
  status: "active" | "paused" | "error" | "archived";
  /** Comparable stamps (`parseStamp`), or null. */
  plane_updated_at: string | null;
  odoo_write_date: string | null;
}

/** What both sides last agreed on, each in its own stored form. */
export interface SnapshotRow {
  plane_base: JsonObject;
  odoo_base: JsonObject;
  /** The newest whole observation of the Plane record, normalised. */
  plane_seen: JsonObject | null;
  /** Placeholder id -> the HTML node Odoo cannot hold. */
  placeholders: Readonly<Record<string, string>>;
}

/** What became of a pair that is no more, or whose one side is gone. */
export interface TombstoneRow {
  plane_type: string;
  plane_id: string;
  odoo_model: string;
  odoo_id: string | null;
  reason: "mapping_deleted" | "deleted_in_odoo" | "deleted_in_plane";
}

/** How somebody settled a conflict: by a side, or by a value in Plane's form. With `undo` it is an order to take something back. */
export type Resolution = { side: "plane" | "odoo" } | { value: Json; undo?: UndoOrder };

/** What plane.order_undo leaves for a field. */
export interface UndoOrder {
  /** The row of plane.sync_log that is taken back. */
  log_id: string;
  /** Making the record is taken back: it alone goes into the archive, its partner stays as it is. */
  apart?: boolean;
  /** A set may have been written on both sides. */
  parts: readonly UndoPart[];
}

/** Values are in the side's own form. */
export interface UndoPart {
  side: "plane" | "odoo";
  from: Json;
  to: Json;
  /** What was agreed on when it was ordered: anything else is a later edit. */
  base: Json;
}

/** An open conflict of the pair; `resolution` is null until somebody chose. */
export interface OpenConflict {
  id: string;
  field: string;
  plane_value: Json;
  odoo_value: Json;
  resolution: Resolution | null;
}

/** A write that was noted before it was sent and that nobody has settled: its worker died, or no answer came. */
export interface AttemptRow {
  id: string;
  side: "plane" | "odoo";
  /** The stamp of the record on that side before it (`parseStamp`). */
  stamp: string | null;
  /** The bases of the fields it wrote, as they are if it took effect. */
  plane_base: JsonObject;
  odoo_base: JsonObject;
}

export interface NewAttempt extends Omit<AttemptRow, "id"> {
  /** For the log, if nobody hears of it: what is written, before and after, and whose change it carries over. */
  changes: readonly object[];
  actor: string | null;
}

/** Everything known about one record and its partner. */
export interface PairRow {
  /** All configurations that name the record's type or model, whether they are enabled or not. */
  configs: ConfigRow[];
  mapping: MappingRow | null;
  snapshot: SnapshotRow | null;
  tombstone: TombstoneRow | null;
  conflicts: OpenConflict[];
  /** Oldest first. */
  attempts: AttemptRow[];
  /** Deliveries are among the hints at work; else they are all by hand, by a sweep, or by what the record waited for. */
  announced: boolean;
}

/** The other side of a record that somebody points at. */
export interface Partner {
  mappingId: string;
  planeType: string;
  planeId: string | null;
  planeProjectId: string | null;
  odooModel: string;
  odooId: number | null;
  /** Deleted in Odoo: it will not come back. */
  deleted: boolean;
}

export interface Hint {
  key: RecordKey;
  operation?: Operation;
  /** Higher first; webhooks are 5 to 8, sweeps 3, backfills 1. */
  priority?: number;
  projectId?: string | null;
  /** The Plane record must be read before anything is written. */
  readFirst?: boolean;
  payload?: HintPayload;
}

export interface NewIntent {
  key: RecordKey;
  planeType: string;
  odooModel: string;
  planeProjectId: string | null;
  /** Of a Plane record: the Odoo record that was found for it, nobody else's until the intent is a pair, ends, or finds another. */
  matchOdooId?: string;
}

export interface SyncStore {
  claim(workerId: string, limit: number, leaseMs: number): Promise<Claimed[]>;
  /** Ids that were still ours; what others hold by now is not touched. */
  settle(settlements: readonly Settlement[]): Promise<Set<string>>;
  hint(hint: Hint): Promise<void>;

  readPair(key: RecordKey): Promise<PairRow>;
  /** The pair a record belongs to, whatever the other side is; null when there is none. */
  readPartner(key: RecordKey): Promise<Partner | null>;
  /** The same for many Plane records of one type, by Plane id; those without a pair are absent. */
  readPartners(planeType: string, planeIds: readonly string[]): Promise<Map<string, Partner>>;
  /**
   * Opens the intent: the mapping that exists before the partner does. Returns the mapping, new or not; null when nothing
   * may be made, because the lease is lost, or the record already belongs to another kind of partner. Of all who want the same Odoo
   * record one gets it: the others are given that one's mapping, and nothing is changed.
   */
  openIntent(claimed: Claimed, intent: NewIntent): Promise<MappingRow | null>;

  /** Notes what is about to be written. Returns the attempt's id; null when the lease is lost, and then nothing may be written. */
  noteAttempt(claimed: Claimed, mappingId: string, attempt: NewAttempt): Promise<string | null>;

  /** Odoo ids of this model's records in a Plane project that both sides last agreed to have archived. */
  archivedPartners(planeProjectId: string, odooModel: string): Promise<number[]>;

  readValues(
    wanted: Readonly<Partial<Record<ValueKind, readonly string[]>>>,
  ): Promise<Record<ValueKind, Map<string, MappedValue>>>;
  /** Which of these Odoo ids stand for something of this kind. */
  odooValues(kind: ValueKind, odooIds: readonly number[]): Promise<Set<number>>;
  rememberValues(kind: ValueKind, odooModel: string, values: readonly ValueToRemember[]): Promise<void>;
  /** Forgets automatic matches with these Odoo ids: they are gone in Odoo. */
  forgetValues(kind: ValueKind, odooIds: readonly number[]): Promise<void>;

  /**
   * What Plane's v1 webhooks said of a record after a stamp, oldest first, at most 50: when a value was first seen, who
   * changed it, and what our own write replaced.
   */
  announcementsSince(planeType: string, planeId: string, after: string | null): Promise<Announcement[]>;
}

export interface Announcement {
  /** `data.updated_at`. */
  at: string;
  receivedAt: string;
  /** `activity.field`, `old_value`, `new_value` (what was asked for) and the actor's id. */
  field: string | null;
  oldValue: Json;
  newValue: Json;
  actorId: string | null;
  data: unknown;
}
