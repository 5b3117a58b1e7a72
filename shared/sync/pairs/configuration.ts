/** What a row of plane.sync_config says of a pair. */
import type { Json, JsonObject } from "../../json.ts";
import type { ConfigRow, ConflictPolicy, Direction, MappingRow } from "../../store/engine/sync_store.ts";
import { type PairOptions, readOptions } from "./options.ts";
import type { FieldDirection } from "../plan/plan_input.ts";

export interface PairConfig {
  planeType: string;
  odooModel: string;
  enabled: boolean;
  direction: Direction;
  fieldMappings: JsonObject;
  policy: ConflictPolicy;
  options: PairOptions;
  invalidOptions: string[];
}

export function configOf(row: ConfigRow): PairConfig {
  const { options, invalid } = readOptions(row.options);
  return {
    planeType: row.plane_type,
    odooModel: row.odoo_model,
    enabled: row.enabled,
    direction: row.direction,
    fieldMappings: row.field_mappings,
    policy: row.conflict_resolution,
    options,
    invalidOptions: invalid,
  };
}

/**
 * Options that say which records take part. Where one of them is not valid nobody knows, and taking it for "all" could not be taken
 * back: the pair rests until it is corrected.
 */
const TAKING_PART: readonly string[] = [
  "plane_projects",
  "odoo_projects",
  "only_labels",
  "only_states",
  "odoo_domain",
  "create_in_plane",
  "create_in_odoo",
];

/** Whether an option that is not valid pauses its pair; the others count as not given. */
export function pausesPair(option: string): boolean {
  return TAKING_PART.includes(option);
}

/** Which ways a pair goes: what the configuration and the single mapping both allow. */
export function waysOf(
  config: PairConfig,
  mapping: Pick<MappingRow, "sync_direction"> | null,
): { toOdoo: boolean; toPlane: boolean } {
  const allows = (direction: Direction | undefined, way: Direction) =>
    direction === undefined || direction === "bidirectional" || direction === way;
  const both = (way: Direction) =>
    config.enabled && !config.invalidOptions.some(pausesPair) && allows(config.direction, way) &&
    allows(mapping?.sync_direction, way);
  return { toOdoo: both("plane_to_odoo"), toPlane: both("odoo_to_plane") };
}

/** The Odoo field an entry of field_mappings names; undefined: it names none, or is not there. */
export function mappedField(config: Pick<PairConfig, "fieldMappings">, field: string): string | undefined {
  const { [field]: entry } = config.fieldMappings;
  return entry === undefined ? undefined : wantedOf(entry)?.field;
}

const DIRECTIONS: readonly FieldDirection[] = ["both", "to_plane", "to_odoo", "on_create_only"];

/** A field's entry: the Odoo field's name, or an object with its direction. Null: it is neither. */
export function wantedOf(entry: Json): { field: string; direction: FieldDirection } | null {
  if (typeof entry === "string") return { field: entry, direction: "both" };
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) return null;
  const { field, direction = "both" } = entry as JsonObject;
  const known = DIRECTIONS.find((candidate) => candidate === direction);
  return typeof field === "string" && known !== undefined ? { field, direction: known } : null;
}

export function pairName(config: Pick<PairConfig, "planeType" | "odooModel">): string {
  return `${config.planeType} <-> ${config.odooModel}`;
}
