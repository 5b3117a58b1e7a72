/**
 * What plane.sync_config asks for against what can be done. The table accepts everything; what cannot work is named here,
 * shown in the status, and pauses only that pair or that field.
 */
import type { Json, JsonObject } from "../../json.ts";
import type { OdooCapabilities, OdooFields } from "../../odoo/capabilities.ts";
import type { ConfigRow, ConflictPolicy, Direction, MappingRow } from "../../store/sync_store.ts";
import type { Lens } from "../lenses/lens.ts";
import { type PairOptions, readOptions } from "./options.ts";
import type { ActiveLens, FieldDirection } from "../plan/plan_input.ts";

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

export interface ConfigProblem {
  pair: string;
  field: string | null;
  problem:
    | "pair_not_supported"
    | "direction_not_supported"
    | "field_not_supported"
    | "field_not_in_odoo"
    | "field_not_changeable"
    | "field_required"
    | "model_not_in_odoo"
    | "option_missing"
    | "option_not_known"
    | "option_not_valid"
    | "template_not_valid"
    | "value_not_in_odoo"
    | "value_not_mapped";
  effect: "pair_paused" | "field_paused" | "option_ignored" | "records_refused" | "value_skipped";
  action: string;
}

/** What of a kind the configuration is checked against. */
export interface ConfigurableKind {
  directions: readonly Direction[];
  lensesFor: (config: PairConfig, fields: OdooFields | undefined) => readonly Lens<never>[];
  odooFields: (capabilities: OdooCapabilities) => OdooFields | undefined;
  /** Names of options that only this kind has. */
  ownOptions?: readonly string[] | undefined;
  problems?: ((config: PairConfig, fields: OdooFields | undefined) => ConfigProblem[]) | undefined;
}

/** Which ways a pair goes: what the configuration and the single mapping both allow. */
export function waysOf(
  config: PairConfig,
  mapping: Pick<MappingRow, "sync_direction"> | null,
): { toOdoo: boolean; toPlane: boolean } {
  const allows = (direction: Direction | undefined, way: Direction) =>
    direction === undefined || direction === "bidirectional" || direction === way;
  const both = (way: Direction) =>
    config.enabled && allows(config.direction, way) && allows(mapping?.sync_direction, way);
  return { toOdoo: both("plane_to_odoo"), toPlane: both("odoo_to_plane") };
}

/**
 * @param kind undefined: this version does not know the pair
 * @param capabilities undefined: Odoo was not asked, so whether it has the fields is not judged
 */
export function checkPair(
  config: PairConfig,
  kind: ConfigurableKind | undefined,
  capabilities?: OdooCapabilities,
): ConfigProblem[] {
  if (!config.enabled) return [];
  const pair = pairName(config);
  const paused = (problem: ConfigProblem["problem"], action: string): ConfigProblem[] => [
    { pair, field: null, problem, effect: "pair_paused", action },
  ];
  if (kind === undefined) {
    return paused(
      "pair_not_supported",
      "Set enabled = false; this pair is not synchronised by this version.",
    );
  }
  if (config.direction !== "bidirectional" && !kind.directions.includes(config.direction)) {
    return paused("direction_not_supported", `Set direction to ${kind.directions.join(" or ")}.`);
  }
  if (capabilities?.otherFields?.[config.odooModel] === null) {
    return paused(
      "model_not_in_odoo",
      `Install the Odoo application that has ${config.odooModel} and let the key's user read it, or set enabled = false.`,
    );
  }
  const fields = capabilities === undefined ? undefined : kind.odooFields(capabilities);
  return [
    ...config.invalidOptions.map((name) => optionNotValid(config, name)),
    ...Object.keys(config.options.others).filter((name) => kind.ownOptions?.includes(name) !== true).map(
      (name): ConfigProblem => ({
        pair,
        field: name,
        problem: "option_not_known",
        effect: "option_ignored",
        action: `Remove options.${name} or correct its spelling; docs/sync.md lists what this pair may have.`,
      }),
    ),
    ...kind.problems?.(config, fields) ?? [],
    ...chooseLenses(config, kind.lensesFor(config, fields), fields, capabilities).problems,
  ];
}

/** The problem of an option whose value it cannot have. */
export function optionNotValid(config: PairConfig, name: string): ConfigProblem {
  return {
    pair: pairName(config),
    field: name,
    problem: "option_not_valid",
    effect: "option_ignored",
    action: `Correct options.${name}; docs/sync.md lists what it may be.`,
  };
}

/** The lenses `field_mappings` switches on, and why others it names stay off. */
export function chooseLenses<Form>(
  config: PairConfig,
  lenses: readonly Lens<Form>[],
  fields: OdooFields | undefined,
  capabilities?: OdooCapabilities,
): { active: ActiveLens<Form>[]; problems: ConfigProblem[] } {
  const active: ActiveLens<Form>[] = [];
  const problems: ConfigProblem[] = [];
  for (const [field, entry] of Object.entries(config.fieldMappings)) {
    const report = (problem: ConfigProblem["problem"], action: string) =>
      problems.push({ pair: pairName(config), field, problem, effect: "field_paused", action });
    const lens = lenses.find((candidate) => candidate.field === field);
    if (lens === undefined) {
      const known = `known are ${lenses.map((candidate) => candidate.field).join(", ")}`;
      const isOdoos = field.startsWith("x_") || (fields !== undefined && Object.hasOwn(fields, field));
      report(
        "field_not_supported",
        isOdoos
          ? `"${field}" is Odoo's: write the pair the other way round, Plane's field first, such as {"name": "${field}"}; ${known}.`
          : `Remove "${field}" from field_mappings; ${known}.`,
      );
      continue;
    }
    const wanted = wantedOf(entry);
    if (wanted === null) {
      report(
        "field_not_supported",
        `Map "${field}" to a field's name, or to {"field": ..., "direction": ...}.`,
      );
      continue;
    }
    if (wanted.field !== lens.odooField && lens.odooTypes === undefined) {
      report("field_not_changeable", `Map "${field}" to "${lens.odooField}".`);
      continue;
    }
    const odooField = existing(wanted.field, field, fields, capabilities);
    const type = odooField === undefined ? undefined : fields?.[odooField]?.type;
    if (
      odooField === undefined ||
      (odooField !== lens.odooField && type !== undefined && lens.odooTypes?.includes(type) !== true)
    ) {
      report(
        "field_not_in_odoo",
        `Map "${field}" to a ${
          lens.odooTypes?.join(" or ") ?? ""
        } field this Odoo has, for example one of your own (x_...), or remove it.`,
      );
      continue;
    }
    active.push({ lens, odooField, direction: wanted.direction });
  }
  return { active, problems };
}

/** The lenses with what the pair's own direction leaves of theirs. */
export function withinWays<Form>(
  lenses: readonly ActiveLens<Form>[],
  ways: { toOdoo: boolean; toPlane: boolean },
): ActiveLens<Form>[] {
  return lenses.flatMap((active): ActiveLens<Form>[] => {
    if (ways.toOdoo && ways.toPlane) return [active];
    const way: FieldDirection = ways.toOdoo ? "to_odoo" : "to_plane";
    if (active.direction === "both") return [{ ...active, direction: way }];
    return active.direction === way || active.direction === "on_create_only" ? [active] : [];
  });
}

/** The Odoo field an entry of field_mappings names; undefined: it names none, or is not there. */
export function mappedField(config: Pick<PairConfig, "fieldMappings">, field: string): string | undefined {
  const { [field]: entry } = config.fieldMappings;
  return entry === undefined ? undefined : wantedOf(entry)?.field;
}

const DIRECTIONS: readonly FieldDirection[] = ["both", "to_plane", "to_odoo", "on_create_only"];

/** A field's entry: the Odoo field's name, or an object with its direction. Null: it is neither. */
function wantedOf(entry: Json): { field: string; direction: FieldDirection } | null {
  if (typeof entry === "string") return { field: entry, direction: "both" };
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) return null;
  const { field, direction = "both" } = entry as JsonObject;
  const known = DIRECTIONS.find((candidate) => candidate === direction);
  return typeof field === "string" && known !== undefined ? { field, direction: known } : null;
}

export function pairName(config: Pick<PairConfig, "planeType" | "odooModel">): string {
  return `${config.planeType} <-> ${config.odooModel}`;
}

/** The mapped field, or for a start date the one this Odoo has instead. */
function existing(
  wanted: string,
  field: string,
  fields: OdooFields | undefined,
  capabilities: OdooCapabilities | undefined,
): string | undefined {
  if (fields === undefined || Object.hasOwn(fields, wanted)) return wanted;
  const start = field === "start_date" ? capabilities?.startDateField?.name : undefined;
  return start !== undefined && Object.hasOwn(fields, start) ? start : undefined;
}
