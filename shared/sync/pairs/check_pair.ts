/**
 * What plane.sync_config asks for against what can be done. The table accepts everything; what cannot work is named here,
 * shown in the status, and pauses only that pair or that field.
 */
import type { OdooCapabilities, OdooFields } from "../../odoo/capabilities.ts";
import type { Direction } from "../../store/engine/sync_store.ts";
import type { Lens } from "../lenses/lens.ts";
import { chooseLenses } from "./choose_lenses.ts";
import { type ConfigProblem, optionNotValid } from "./config_problem.ts";
import { type PairConfig, pairName } from "./configuration.ts";

/** What of a kind the configuration is checked against. */
export interface ConfigurableKind {
  directions: readonly Direction[];
  lensesFor: (config: PairConfig, fields: OdooFields | undefined) => readonly Lens<never>[];
  odooFields: (capabilities: OdooCapabilities) => OdooFields | undefined;
  /** Names of options that only this kind has. */
  ownOptions?: readonly string[] | undefined;
  problems?: ((config: PairConfig, fields: OdooFields | undefined) => ConfigProblem[]) | undefined;
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
