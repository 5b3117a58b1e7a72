/**
 * A lens is one mapped field: how to see it on either side, what it should become on the other, and when two values are the
 * same. Lenses are pure; what a record points at is looked up before (References).
 */
import type { Json } from "../../json.ts";
import type { OdooCapabilities } from "../../odoo/capabilities.ts";
import type { OdooRecord } from "../../odoo/client.ts";
import type { Addresses } from "../sides/link_address.ts";
import type { PlaneState } from "../sides/plane_forms.ts";
import type { PlanningProject } from "../sides/planning_project.ts";

/** What the records of both sides point at, as the other side knows it. Absent: not looked up. Null: has no counterpart. */
export interface References {
  /** The Odoo project a work item belongs to. */
  project: number | null;
  /** The Odoo task of Plane's parent; null when there is no parent, or it has no partner yet. */
  parent: number | null;
  stages: ReadonlyMap<string, number>;
  users: ReadonlyMap<string, number | null>;
  tags: ReadonlyMap<string, number | null>;
  /** The work item of Odoo's parent task; null when it has none, or no partner yet. */
  planeParent: string | null;
  /** All states of the Plane project, in its order; empty when nothing goes to Plane. */
  states: readonly PlaneState[];
  /** Which of them stand for a stage, the closest match first. */
  statesOfStage: ReadonlyMap<number, readonly string[]>;
  people: ReadonlyMap<number, string | null>;
  labels: ReadonlyMap<number, string | null>;
  /** Whom a copy names as its author; null: the copy is in the author's own name. */
  author: string | null;
  /** The project of a cycle or a module. */
  planeProject?: PlanningProject;
  /** The name a module's tag gets, because another has the usual one. */
  freeName?: string;
  /** Odoo's parent task, where that stands for a module: in Plane it is no parent. */
  moduleTask?: number | null;
  /** Where people find the two records themselves. */
  addresses?: Addresses;
  /** The Odoo records that a many2one is to point at, by Plane's field; null: none has the name, or several have. */
  related?: ReadonlyMap<string, number | null>;
}

export const NO_REFERENCES: References = {
  project: null,
  parent: null,
  stages: new Map(),
  users: new Map(),
  tags: new Map(),
  planeParent: null,
  states: [],
  statesOfStage: new Map(),
  people: new Map(),
  labels: new Map(),
  author: null,
};

/** What a field's value may depend on besides the two records. */
export interface LensContext {
  /** The Odoo field the configuration maps to. */
  odooField: string;
  capabilities: OdooCapabilities;
  references: References;
  /** What the field was when both sides last agreed; undefined on the first sync. */
  planeBase: Json | undefined;
  odooBase: Json | undefined;
  /** HTML nodes Odoo cannot hold, by placeholder id. */
  placeholders: Readonly<Record<string, string>>;
  /** Which sides the field may be written to. */
  mayGo: Readonly<Record<"plane" | "odoo", boolean>>;
  /** Today, `YYYY-MM-DD` in UTC: an archived work item carries the day. */
  today: string;
}

/** What to write to one side. */
export interface Target {
  /** Field of that side -> value; many2many of Odoo as `[[6, 0, ids]]`. */
  values: Readonly<Record<string, Json>>;
  /** What the lens is to see there afterwards. */
  value: Json;
  /** New HTML nodes Odoo cannot hold, by placeholder id. */
  placeholders?: Readonly<Record<string, string>>;
  /** True when it would take away something the other side cannot even show: settled as a conflict. */
  takesAway?: boolean;
}

/** A field whose changes on both sides can always be joined: sets. Null: that side is as it should be. */
export interface Joined {
  toOdoo: Target | null;
  toPlane: Target | null;
  /** The bases once both are written. */
  planeBase: Json;
  odooBase: Json;
}

/** What a field was and what it became, in the form of the side it is about. */
export interface Former {
  from: Json;
  to: Json;
}

/** What one field was on both sides when they agreed; undefined: they never did. */
export interface Agreed {
  plane: Json | undefined;
  odoo: Json | undefined;
}

export interface Lens<Form> {
  /** Plane's name of the field; the key in `field_mappings`. */
  field: string;
  /** The Odoo field in the shipped configuration, or the only one that works. */
  odooField: string;
  /** The types of Odoo fields `field_mappings` may name instead; absent: none. */
  odooTypes?: readonly string[];
  /** Odoo fields read besides the mapped one. */
  alsoReads?: readonly string[];
  planeValue(form: Form, context: LensContext): Json;
  odooValue(record: OdooRecord, context: LensContext): Json;
  /** Null: not possible now, because something it points at has no partner yet. Absent: Odoo cannot hold it. */
  toOdoo?(form: Form, record: OdooRecord | null, context: LensContext): Target | null;
  /** The same for Plane. Absent: Plane's side is never written. */
  toPlane?(record: OdooRecord, form: Form | null, context: LensContext): Target | null;
  /**
   * Plane's value is a fact of the record, such as its address: Odoo is told when it changes, and there is nothing to settle. What
   * somebody writes over it in Odoo stays until then.
   */
  isFact?: boolean;
  /** Joins what both sides added and removed; then there is no conflict. A side that is null is about to be made. */
  join?(form: Form | null, record: OdooRecord | null, context: LensContext): Joined;
  /**
   * For sets: what is agreed on after a write to one side that may have taken effect, element by element as that side shows it.
   * Absent: the value as a whole tells.
   */
  basesSeen?(
    side: "plane" | "odoo",
    form: Form | null,
    record: OdooRecord | null,
    before: Agreed,
    after: Agreed,
  ): Agreed;
  /** For sets: whether Odoo's has an element that memory knows nothing of. */
  hasUnknown?(record: OdooRecord, context: LensContext): boolean;
  /** Whether Odoo has no value of its own: then Plane's is given to it, whoever changed what. */
  isBlankInOdoo?(record: OdooRecord): boolean;
  /** What of a form holds the value a person gives to settle a conflict; default: the field itself. Null: Plane has no such value. */
  formValues?(value: Json, context: LensContext): Readonly<Record<string, unknown>> | null;
  /** What Plane's API takes for the value a form holds; default: the field itself. */
  valuesFor?(form: Form): Readonly<Record<string, Json>>;
  /** How a former value is given to a side again, where that is more than the field's own name. */
  restore?: {
    odoo?(part: Former, record: OdooRecord, context: LensContext): Target;
    plane?(part: Former, form: Form, context: LensContext): Target;
  };
  /** Whether two Odoo values mean the same; default: the same JSON. */
  sameInOdoo?(left: Json, right: Json): boolean;
  sameInPlane?(left: Json, right: Json): boolean;
}

/** A many2one as `[id, name]` or false, as its id. */
export function relatedId(value: unknown): number | null {
  const id = Array.isArray(value) ? value[0] : value;
  return typeof id === "number" ? id : null;
}

/** The display name a many2one brings along. */
export function relatedName(value: unknown): string {
  const name = Array.isArray(value) ? value[1] : undefined;
  return typeof name === "string" ? name : "";
}

/** Sorted ids of an x2many. */
export function relatedIds(value: unknown): number[] {
  return Array.isArray(value) ? value.filter((id) => typeof id === "number").sort((a, b) => a - b) : [];
}

/** Odoo's false for "empty" as an empty text. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
