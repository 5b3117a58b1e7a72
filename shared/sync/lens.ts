/**
 * A lens is one mapped field: how to see it in Plane, how to see it in Odoo, what it should be in Odoo, and when two values
 * are the same. Lenses are pure; what they need to know about the other side is looked up before (References).
 */
import type { Json } from "../json.ts";
import type { OdooCapabilities } from "../odoo/capabilities.ts";
import type { OdooRecord } from "../odoo/client.ts";

/** Plane's ids and what they are in Odoo. Absent: not looked up. Null: looked up, has no counterpart. */
export interface References {
  /** The Odoo project a work item belongs to. */
  project: number | null;
  /** The Odoo task of the parent; null when there is no parent, or it has no partner yet. */
  parent: number | null;
  stages: ReadonlyMap<string, number>;
  users: ReadonlyMap<string, number | null>;
  tags: ReadonlyMap<string, number | null>;
}

/** What a field's Plane value may depend on besides the record. */
export interface PlaneContext {
  references: References;
  /** What the field was in Plane when both sides last agreed; undefined on the first sync. */
  planeBase: Json | undefined;
}

export interface LensContext extends PlaneContext {
  /** The Odoo field the configuration maps to. */
  odooField: string;
  capabilities: OdooCapabilities;
  /** The Odoo record as it is now; null when it is about to be made. */
  odooNow: OdooRecord | null;
}

export interface Target {
  /** What to write: Odoo field -> value, many2many as `[[6, 0, ids]]`. */
  values: Readonly<Record<string, Json>>;
  /** What `odooValue` is to give afterwards. */
  value: Json;
  /** HTML nodes Odoo cannot hold, by placeholder id. */
  placeholders?: Readonly<Record<string, string>>;
}

export interface Lens<Form> {
  /** Plane's name of the field; the key in `field_mappings`. */
  field: string;
  /** The Odoo field in the shipped configuration, or the only one that works. */
  odooField: string;
  /** True when `field_mappings` may name another Odoo field of a fitting type. */
  anyOdooField?: boolean;
  /** Odoo fields read besides the mapped one. */
  alsoReads?: readonly string[];
  /** What is compared with the base, and becomes the base once both sides agree. */
  planeValue(form: Form, context: PlaneContext): Json;
  odooValue(record: OdooRecord, odooField: string): Json;
  /** Null: not possible now, because something it points at has no partner yet. */
  toOdoo(form: Form, context: LensContext): Target | null;
  /** Whether two Odoo values mean the same; default: the same JSON. */
  same?(left: Json, right: Json): boolean;
  /** True when both sides' changes are joined in `toOdoo`, so that there is no conflict to settle. */
  joins?: boolean;
}

/** A many2one as `[id, name]` or false, as its id. */
export function relatedId(value: unknown): number | null {
  const id = Array.isArray(value) ? value[0] : value;
  return typeof id === "number" ? id : null;
}

/** Sorted ids of an x2many. */
export function relatedIds(value: unknown): number[] {
  return Array.isArray(value) ? value.filter((id) => typeof id === "number").sort((a, b) => a - b) : [];
}

/** Odoo's false for "empty" as an empty text. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
