/** What of the configuration cannot work, as the status shows it. */
import { type PairConfig, pairName, pausesPair } from "./configuration.ts";

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

/** The problem of an option whose value it cannot have. */
export function optionNotValid(config: PairConfig, name: string): ConfigProblem {
  return {
    pair: pairName(config),
    field: name,
    problem: "option_not_valid",
    effect: pausesPair(name) ? "pair_paused" : "option_ignored",
    action: `Correct options.${name}; docs/sync.md lists what it may be.`,
  };
}
