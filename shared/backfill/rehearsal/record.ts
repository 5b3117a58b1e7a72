/** What a dry run says of one record. */
import type { Json } from "../../json.ts";
import type { Effect } from "../../sync/effect.ts";
import type { Change } from "../../sync/plan/planned.ts";

/** Longer texts are cut: the report is for people to look through. */
const LONGEST_VALUE = 200;

export interface RehearsedRecord {
  entity: string;
  /** `waits` and `fails` say why by a code. */
  action: "create_in_odoo" | "create_in_plane" | "link" | "update" | "archive" | "none" | "waits" | "fails";
  odoo_id: string | null;
  plane_id: string | null;
  /** Field of the pair -> the value it would get there. */
  odoo: Record<string, Json>;
  plane: Record<string, Json>;
  reason?: string;
}

/** A record, its changes as the log would have them, and what it would wait for. */
export interface Rehearsed {
  record: RehearsedRecord;
  changes: readonly Change[];
}

/** Pure. Null: nothing would be written, not even a link. */
export function rehearsedOf(entity: string, effect: Effect | undefined): Rehearsed | null {
  const log = effect?.log.find(({ success }) => success);
  if (effect === undefined || log === undefined) return null;
  const changes = log.changes ?? [];
  const written = changes.filter(({ why }) => why !== "kept" && why !== "same_on_both");
  const sideOf = (side: Change["side"]) =>
    Object.fromEntries(
      written.filter((change) => change.side === side).map(({ field, to }) => [field, shortened(to)]),
    );
  const [odoo, plane] = [sideOf("odoo"), sideOf("plane")];
  const action = log.operation === "create"
    ? (Object.keys(plane).length > 0 && Object.keys(odoo).length === 0 ? "create_in_plane" : "create_in_odoo")
    : log.operation;
  if (action === "none" && changes.length === 0) return null;
  return {
    record: {
      entity,
      action,
      odoo_id: realId(effect.mapping.odoo_id),
      plane_id: action === "create_in_plane" ? null : effect.mapping.plane_id ?? null,
      odoo,
      plane,
    },
    changes,
  };
}

/** What was done in several tries, as one would have done it. Pure. */
export function together(before: RehearsedRecord | undefined, after: RehearsedRecord): RehearsedRecord {
  if (before === undefined) return after;
  return {
    ...after,
    action: before.action,
    odoo: { ...before.odoo, ...after.odoo },
    plane: { ...before.plane, ...after.plane },
  };
}

export function unsettledRecord(entity: string, action: "waits" | "fails", reason: string): RehearsedRecord {
  return { entity, action, odoo_id: null, plane_id: null, odoo: {}, plane: {}, reason };
}

/** Imagined records have negative ids. */
function realId(id: string | undefined): string | null {
  return id === undefined || id.startsWith("-") ? null : id;
}

function shortened(value: Json): Json {
  if (typeof value !== "string" || value.length <= LONGEST_VALUE) return value;
  // Half of a character is nothing the database can hold.
  return `${value.slice(0, LONGEST_VALUE).replace(/[\ud800-\udbff]$/, "")}...`;
}
