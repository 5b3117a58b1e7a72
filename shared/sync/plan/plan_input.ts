/** What a plan is made from. */
import type { Json, JsonObject } from "../../json.ts";
import type { OdooCapabilities } from "../../odoo/capabilities.ts";
import type { OdooRecord } from "../../odoo/client.ts";
import type { ConflictPolicy, Resolution } from "../../store/engine/sync_store.ts";
import type { Lens, LensContext, References } from "../lenses/lens.ts";
import type { Side } from "./planned.ts";

/** Which way a field may go. `on_create_only`: it is given to a new partner and never looked at again. */
export type FieldDirection = "both" | "to_plane" | "to_odoo" | "on_create_only";

export interface ActiveLens<Form> {
  lens: Lens<Form>;
  odooField: string;
  direction: FieldDirection;
}

export interface PlanInput<Form> {
  lenses: readonly ActiveLens<Form>[];
  /** Null: the record is about to be made there. */
  plane: Form | null;
  odoo: OdooRecord | null;
  planeBase: JsonObject;
  odooBase: JsonObject;
  placeholders: Readonly<Record<string, string>>;
  capabilities: OdooCapabilities;
  references: References;
  today: string;
  policy: ConflictPolicy;
  /** What people chose, by field. */
  resolutions: ReadonlyMap<string, Resolution>;
  /** Fields with an open conflict. */
  open: ReadonlySet<string>;
  /** Values of Plane that a write of ours has overwritten unseen: their conflicts stay open until somebody decides or edits. */
  overwritten?: Readonly<Record<string, Json>>;
  /** Fields whose last write nobody heard of: what is there may be somebody's (attempts.ts). */
  doubtful?: ReadonlySet<string>;
  /** For `latest_wins`: which side changed a field later. */
  later: (field: string) => Side;
}

/** What a lens may look at besides the two records. */
export function contextOf<Form>(
  input: Pick<
    PlanInput<Form>,
    "planeBase" | "odooBase" | "placeholders" | "capabilities" | "references" | "today"
  >,
  active: ActiveLens<Form>,
): LensContext {
  const { capabilities, references, placeholders, today } = input;
  const mayGo = { odoo: active.direction !== "to_plane", plane: active.direction !== "to_odoo" };
  return {
    odooField: active.odooField,
    capabilities,
    references,
    placeholders,
    mayGo,
    today,
    ...baseOf(input, active),
  };
}

/** Under this name the Odoo base keeps which Odoo field each changeable field was mapped to. */
export const MAPPED_TO = "mapped_to";

/** What one field was on both sides; nothing when it was another Odoo field that was agreed on. */
function baseOf<Form>(
  bases: { planeBase: JsonObject; odooBase: JsonObject },
  { lens, odooField }: Pick<ActiveLens<Form>, "lens" | "odooField">,
): { planeBase: Json | undefined; odooBase: Json | undefined } {
  const mappedTo = own(namesIn(bases.odooBase, MAPPED_TO), lens.field);
  if (mappedTo !== undefined && mappedTo !== odooField) return { planeBase: undefined, odooBase: undefined };
  return { planeBase: own(bases.planeBase, lens.field), odooBase: own(bases.odooBase, lens.field) };
}

function own(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

export function namesIn(base: JsonObject, name: string): JsonObject {
  const names = own(base, name);
  return typeof names === "object" && names !== null && !Array.isArray(names) ? names as JsonObject : {};
}
