/**
 * What plane.sync_config asks for against what can be done. The table accepts everything; what cannot work is named here,
 * shown in the status, and pauses only that pair or that field.
 */
import type { JsonObject } from "../json.ts";
import type { OdooCapabilities } from "../odoo/capabilities.ts";
import { ISSUE_LENSES } from "./issue_lenses.ts";
import type { Lens } from "./lens.ts";
import type { ActiveLens, ConflictPolicy } from "./plan.ts";
import { PROJECT_LENSES } from "./project_lenses.ts";

export type Direction = "plane_to_odoo" | "odoo_to_plane" | "bidirectional";

export interface PairConfig {
  planeType: string;
  odooModel: string;
  enabled: boolean;
  direction: Direction;
  fieldMappings: JsonObject;
  policy: ConflictPolicy;
}

export interface ConfigProblem {
  pair: string;
  field: string | null;
  problem:
    | "pair_not_supported"
    | "direction_not_supported"
    | "field_not_supported"
    | "field_not_in_odoo"
    | "field_not_changeable";
  effect: "pair_paused" | "field_paused";
  action: string;
}

/** Plane's kinds that are synchronised, and the model each becomes. */
const PAIRS: Readonly<Record<string, { odooModel: string; lenses: readonly Lens<never>[] }>> = {
  project: { odooModel: "project.project", lenses: PROJECT_LENSES },
  issue: { odooModel: "project.task", lenses: ISSUE_LENSES },
};

/** True when Plane's changes of this pair go to Odoo. */
export function goesToOdoo(config: PairConfig): boolean {
  return config.enabled && pairProblem(config) === null;
}

/**
 * @param capabilities undefined: Odoo was not asked, so whether it has the fields is not judged
 */
export function checkPair(config: PairConfig, capabilities?: OdooCapabilities): ConfigProblem[] {
  if (!config.enabled) return [];
  const problem = pairProblem(config);
  if (problem !== null) return [problem];
  return chooseLenses<never>(config, PAIRS[config.planeType]?.lenses ?? [], capabilities).problems;
}

/** The lenses `field_mappings` switches on, and why others it names stay off. */
export function chooseLenses<Form>(
  config: PairConfig,
  lenses: readonly Lens<Form>[],
  capabilities?: OdooCapabilities,
): { active: ActiveLens<Form>[]; problems: ConfigProblem[] } {
  const active: ActiveLens<Form>[] = [];
  const problems: ConfigProblem[] = [];
  const odooFields = config.odooModel === "project.task"
    ? capabilities?.taskFields
    : capabilities?.projectFields;
  for (const [field, wanted] of Object.entries(config.fieldMappings)) {
    const report = (problem: ConfigProblem["problem"], action: string) =>
      problems.push({ pair: pairName(config), field, problem, effect: "field_paused", action });
    const lens = lenses.find((candidate) => candidate.field === field);
    if (lens === undefined) {
      report(
        "field_not_supported",
        `Remove "${field}" from field_mappings; known are ${lenses.map((known) => known.field).join(", ")}.`,
      );
      continue;
    }
    if (wanted !== lens.odooField && lens.anyOdooField !== true) {
      report("field_not_changeable", `Map "${field}" to "${lens.odooField}".`);
      continue;
    }
    const odooField = existing(String(wanted), field, odooFields, capabilities);
    const type = odooField === undefined ? undefined : odooFields?.[odooField]?.type;
    if (
      odooField === undefined ||
      (lens.anyOdooField === true && type !== undefined && type !== "date" && type !== "datetime")
    ) {
      report(
        "field_not_in_odoo",
        `Map "${field}" to a date field this Odoo has, for example one of your own (x_...), or remove it.`,
      );
      continue;
    }
    active.push({ lens, odooField });
  }
  return { active, problems };
}

function pairName(config: Pick<PairConfig, "planeType" | "odooModel">): string {
  return `${config.planeType} <-> ${config.odooModel}`;
}

function pairProblem(config: PairConfig): ConfigProblem | null {
  const report = (problem: ConfigProblem["problem"], action: string): ConfigProblem => (
    { pair: pairName(config), field: null, problem, effect: "pair_paused", action }
  );
  if (PAIRS[config.planeType]?.odooModel !== config.odooModel) {
    return report(
      "pair_not_supported",
      "Set enabled = false; this pair is not synchronised by this version.",
    );
  }
  if (config.direction === "odoo_to_plane") {
    return report("direction_not_supported", "Set direction to plane_to_odoo or bidirectional.");
  }
  return null;
}

/** The mapped field, or for a start date the one this Odoo has instead. */
function existing(
  wanted: string,
  field: string,
  fields: OdooCapabilities["taskFields"] | undefined,
  capabilities: OdooCapabilities | undefined,
): string | undefined {
  if (fields === undefined || Object.hasOwn(fields, wanted)) return wanted;
  return field === "start_date" ? capabilities?.startDateField?.name : undefined;
}
