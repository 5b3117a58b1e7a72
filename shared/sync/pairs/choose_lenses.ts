/** Which lenses a pair's configuration switches on, to which fields of Odoo's, and which way each goes. */
import type { OdooCapabilities, OdooFields } from "../../odoo/capabilities.ts";
import type { Lens } from "../lenses/lens.ts";
import type { ActiveLens, FieldDirection } from "../plan/plan_input.ts";
import type { ConfigProblem } from "./config_problem.ts";
import { type PairConfig, pairName, wantedOf } from "./configuration.ts";

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
