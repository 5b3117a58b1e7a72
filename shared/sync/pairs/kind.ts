/** What is particular to each kind of pair; everything else is the same for all. */
import type { Json, JsonObject } from "../../json.ts";
import type { OdooCapabilities, OdooFields } from "../../odoo/capabilities.ts";
import type { OdooDomain, OdooRecord } from "../../odoo/client.ts";
import type { Lease } from "../../queue/lease.ts";
import type { Claimed } from "../../store/queue.ts";
import type { Direction, MappingRow, PairRow } from "../../store/engine/sync_store.ts";
import type { ValueKind } from "../../store/engine/value_map.ts";
import type { ConfigProblem } from "./config_problem.ts";
import type { PairConfig } from "./configuration.ts";
import type { EndInOdoo, PutAway, WhenGone } from "./endings.ts";
import type { PlaneWrites } from "./plane_writes.ts";
import type { PlaneAccess, SyncDependencies } from "../sides/dependencies.ts";
import type { Lens, References } from "../lenses/lens.ts";
import type { ActiveLens } from "../plan/plan_input.ts";
import type { Change } from "../plan/planned.ts";

/** What every normalised Plane record has. */
export interface PlaneForm {
  id: string;
  updated_at: string;
  created_at?: string | undefined;
  archived_at: string | null;
  external_id: string | null;
  external_source: string | null;
}

export interface PrepareInput<Form> {
  /** Null: the record is about to be made on that side. */
  form: Form | null;
  record: OdooRecord | null;
  pair: PairRow;
  config: PairConfig;
  lenses: readonly ActiveLens<Form>[];
  /** Fields whose Odoo value is not what was agreed on, or that Plane gets for the first time: what they point at is looked up. */
  changedInOdoo: ReadonlySet<string>;
}

export interface Prepared {
  references: References;
  /** Written when the record is made, besides what the lenses say. */
  onCreateInOdoo: Readonly<Record<string, Json>>;
  onCreateInPlane: Readonly<Record<string, Json>>;
  /** Written with the other values whenever the record's place is wrong: it was moved in Plane. */
  placeInOdoo?: Readonly<Record<string, Json>>;
  /** Keys of entities whose partner this record misses. */
  waitsFor: string[];
  /** Values looked up just now that have no counterpart: reported once. */
  unmatched: { kind: ValueKind; value: string }[];
  /** Fields that are not judged now: what they show follows from something else. */
  heldBack?: readonly string[];
}

export interface FollowInput<Form extends PlaneForm> {
  entity: SyncEntity<Form>;
  form: Form;
  odooId: number;
  references: References;
  /** What was agreed on last, Plane's side; empty when nothing is known to be agreed. */
  base: JsonObject;
}

/** What was done beside the record itself. */
export interface Followed {
  /** Kept in Plane's base, under names no lens has. */
  base: JsonObject;
  changes: Change[];
  /** Names of what Odoo was given and did not store. */
  refused: string[];
  waitsFor: string[];
  /** Fields whose order to take back was carried out. */
  settles?: readonly string[];
}

export interface Kind<Form extends PlaneForm> {
  planeType: string;
  odooModel: string;
  directions: readonly Direction[];
  lensesFor: (config: PairConfig, fields: OdooFields | undefined) => readonly Lens<Form>[];
  odooFields: (capabilities: OdooCapabilities) => OdooFields | undefined;
  /** Odoo fields read whatever is mapped. */
  alwaysReads?: readonly string[];
  /** Null when `data` is not a whole record, in the form of a v1 webhook. */
  parse: (data: unknown) => Form | null;
  /** From the REST form, which has bare ids: names are looked up. */
  complete: (plane: PlaneAccess, row: unknown) => Promise<Form>;
  /** @throws SuiteError plane_not_found for an archived record as well as for a deleted one */
  read: (
    plane: PlaneAccess,
    planeId: string,
    projectId: string | null,
    hangsOn: string | null,
  ) => Promise<Form>;
  /** The Plane record its address names besides the project: a comment's work item. Null: nobody knows. */
  hangsOn?: (
    planeId: string,
    entity: Pick<SyncEntity<Form>, "pair" | "claimed">,
    deps: SyncDependencies,
  ) => Promise<string | null>;
  /** Tells an archived record from a deleted one, which gives null. */
  readArchived?: (plane: PlaneAccess, planeId: string, projectId: string | null) => Promise<Form | null>;
  projectOf: (form: Form) => string | null;
  /** What the filters of a configuration are compared with, in lower case. */
  wordsOf?: (form: Form) => { labels: string[]; states: string[] };
  /**
   * References from memory only, enough to see whether Plane's side has changed; not current when something was renamed or
   * was never looked up.
   */
  recall: (form: Form, deps: SyncDependencies) => Promise<{ references: References; isCurrent: boolean }>;
  /**
   * Whether a Plane record without partner gets one, asked before anything is opened for it. Absent: it does.
   *
   * @throws SuiteError waits_for_project when the record it hangs on has no partner yet
   */
  belongsInOdoo?: (form: Form, config: PairConfig, deps: SyncDependencies) => Promise<boolean>;
  /** @throws SuiteError waits_for_project when the record cannot be made yet */
  prepare: (input: PrepareInput<Form>, deps: SyncDependencies) => Promise<Prepared>;
  plane?: PlaneWrites<Form>;
  /** Whether records Plane has are made in Odoo; `when_asked`: where options.create_in_odoo says so. Default: always. */
  madeInOdoo?: "never" | "when_asked";
  /** Its fields are asked of Odoo by model, because nobody knows them before. */
  isDescribedByOdoo?: boolean;
  /** Names of options that only this kind has; `problems` checks their values. */
  ownOptions?: readonly string[];
  /** What the configuration asks for and this kind cannot do, besides what the lenses say. */
  problems?: (config: PairConfig, fields: OdooFields | undefined) => ConfigProblem[];
  /**
   * The Plane project an Odoo record belongs to; null: it belongs to none and is not synchronised.
   *
   * @throws SuiteError waits_for_project when its project has no partner yet
   */
  placeInPlane?: (record: OdooRecord, config: PairConfig, deps: SyncDependencies) => Promise<string | null>;
  /** Which of its records belong to the pair at all, for who looks for all of them. Absent: all. */
  odooDomain?: (config: PairConfig) => OdooDomain;
  whenGone?: WhenGone<Form>;
  /** What follows the making of a record in Odoo; it may fail without harm, because it is made up for later. */
  afterMakingInOdoo?: (form: Form, odooId: number, deps: SyncDependencies) => Promise<void>;
  /**
   * What hangs on the pair without being in either record, such as the tasks of a milestone: brought in line each time the pair
   * is looked at, after its fields. A failure is the entity's. Null: nothing was looked at, what was agreed on holds.
   */
  follow?: (input: FollowInput<Form>, deps: SyncDependencies) => Promise<Followed | null>;
  /** The field under which `follow` logs what it does; orders to take that back are its own to carry out. */
  followedField?: string;
  /** Absent: by `archived`. Null: a record of the kind cannot be put away. */
  putAway?: PutAway<Form> | null;
  /** What becomes of the Odoo record when Plane's is gone; absent: it is archived, where its model can be. */
  endInOdoo?: EndInOdoo;
  /** What has to follow a change we wrote to Odoo. */
  afterWritingOdoo?: (
    form: Form,
    values: Readonly<Record<string, Json>>,
    deps: SyncDependencies,
  ) => Promise<void>;
}

/** What every step of one entity's synchronisation is given. */
export interface SyncEntity<Form extends PlaneForm> {
  kind: Kind<Form>;
  config: PairConfig;
  ways: { toOdoo: boolean; toPlane: boolean };
  pair: PairRow;
  mapping: MappingRow | null;
  claimed: Claimed;
  lease: Lease;
}
