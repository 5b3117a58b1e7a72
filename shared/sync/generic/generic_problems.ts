/** What a pair with any model of Odoo's asks for and cannot have. */
import type { OdooField, OdooFields } from "../../odoo/capabilities.ts";
import type { ConfigProblem } from "../pairs/config_problem.ts";
import { mappedField, type PairConfig, pairName } from "../pairs/configuration.ts";
import { missingProject } from "../documents/document_options.ts";
import { canHold, odooValueOf, valueMapsOf, type WordField, type WordMap } from "./generic_words.ts";
import { PRIORITIES, STATE_GROUPS } from "../sides/plane_forms.ts";

/** @param fields undefined: Odoo was not asked, so only what the configuration alone says is judged */
export function genericProblems(config: PairConfig, fields: OdooFields | undefined): ConfigProblem[] {
  const maps = valueMapsOf(config);
  const badMaps: ConfigProblem[] = maps !== null ? [] : [{
    pair: pairName(config),
    field: "value_maps",
    problem: "option_not_valid",
    effect: "option_ignored",
    action:
      'Write options.value_maps as {"priority": {...}, "state": {...}}, Plane\'s word to Odoo\'s value.',
  }];
  return [
    ...missingProject(config),
    ...badMaps,
    ...wordProblems(config, "priority", PRIORITIES, maps?.priority, fields),
    ...wordProblems(config, "state", STATE_GROUPS, maps?.state, fields),
    ...requiredProblems(config, fields),
  ];
}

function wordProblems(
  config: PairConfig,
  field: WordField,
  words: readonly string[],
  map: WordMap | undefined,
  fields: OdooFields | undefined,
): ConfigProblem[] {
  const type = fields?.[mappedField(config, field) ?? ""];
  if (type === undefined) return [];
  const skipped = (problem: ConfigProblem["problem"], action: string): ConfigProblem => (
    { pair: pairName(config), field, problem, effect: "value_skipped", action }
  );
  const wrong = Object.entries(map ?? {}).filter(([, value]) => !canHold(type, value)).map(([word, value]) =>
    skipped(
      "value_not_in_odoo",
      `options.value_maps.${field} maps "${word}" to ${JSON.stringify(value)}; ${possible(type)}.`,
    )
  );
  const unmapped = config.direction === "odoo_to_plane"
    ? []
    : words.filter((word) => odooValueOf(field, [word], type, map) === undefined);
  return unmapped.length === 0 ? wrong : [
    ...wrong,
    skipped(
      "value_not_mapped",
      `Map ${unmapped.join(", ")} in options.value_maps.${field}; ${possible(type)}.`,
    ),
  ];
}

function possible({ type, keys }: OdooField): string {
  if (type === "boolean") return "the field holds true and false";
  return type === "selection" ? `the field holds ${(keys ?? []).join(", ")}` : "the field holds texts";
}

/** Fields Odoo works out or fills by itself are required too, as far as it says; only a person can tell. */
function requiredProblems(config: PairConfig, fields: OdooFields | undefined): ConfigProblem[] {
  if (fields === undefined || config.options.create_in_odoo !== true) return [];
  const mapped = new Set(Object.keys(config.fieldMappings).map((field) => mappedField(config, field)));
  const missing = Object.entries(fields)
    .filter(([name, field]) => field.required && !field.readonly && !mapped.has(name))
    .map(([name]) => name);
  return missing.map((name): ConfigProblem => ({
    pair: pairName(config),
    field: name,
    problem: "field_required",
    effect: "records_refused",
    action:
      `${config.odooModel} requires "${name}": map a Plane field to it, give it a default in Odoo, or set ` +
      "options.create_in_odoo to false. Where Odoo fills it by itself there is nothing to do.",
  }));
}
