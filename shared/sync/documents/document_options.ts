/** What `plane.sync_config.options` says of documents, and what of it cannot be used. */
import { z } from "zod";
import type { ConfigProblem } from "../pairs/config_problem.ts";
import type { PairConfig } from "../pairs/configuration.ts";
import { optionNotValid } from "../pairs/config_problem.ts";
import { pairName } from "../pairs/configuration.ts";
import { AMOUNTS, refusedNames } from "./document_template.ts";
import type { DocumentShape } from "./document_words.ts";

const shape = {
  /** Templates of the work item's title and text. */
  title_template: z.string().trim().min(1),
  body_template: z.string().trim().min(1),
  /** Whether amounts and currency may be shown in Plane. */
  amounts: z.boolean(),
  /** What the document is at -> name or group of a state in Plane. */
  state_map: z.record(z.string(), z.string().trim().min(1)),
  /** Which invoices are shown, such as `in_invoice`. */
  move_types: z.array(z.string()),
} as const;

/** Names of the options that only documents have. */
export const DOCUMENT_OPTIONS: readonly string[] = Object.keys(shape);

export interface DocumentOptions {
  title: string;
  body: string;
  amounts: boolean;
  /** What the document is at -> name or group of a state, as it was written. */
  states: Readonly<Record<string, string>>;
  kinds: { field: string; shown: readonly string[] } | undefined;
}

/** What the options come to: what cannot be used is as if it were not there. */
export function documentOptions(config: PairConfig, document: DocumentShape): DocumentOptions {
  const amounts = read(config, "amounts") ?? false;
  const usable = (template: string | undefined, otherwise: string) =>
    template === undefined || refusedNames(template, amounts).length > 0 ? otherwise : template;
  const { kinds } = document;
  return {
    title: usable(read(config, "title_template"), document.title),
    body: usable(read(config, "body_template"), document.body),
    amounts,
    states: { ...document.states, ...read(config, "state_map") },
    kinds: kinds === undefined ? undefined : { ...kinds, shown: read(config, "move_types") ?? kinds.shown },
  };
}

/** The problem of a pair whose work items have no project; there is none once it is given. */
export function missingProject(config: PairConfig): ConfigProblem[] {
  if (config.options.plane_project !== undefined) return [];
  return [{
    pair: pairName(config),
    field: "plane_project",
    problem: "option_missing",
    effect: "pair_paused",
    action: "Set options.plane_project to the id of the Plane project that is to hold these work items.",
  }];
}

export function documentProblems(config: PairConfig, document: DocumentShape): ConfigProblem[] {
  const ignored = (
    field: string,
    problem: ConfigProblem["problem"],
    action: string,
  ): ConfigProblem => ({ pair: pairName(config), field, problem, effect: "option_ignored", action });
  const invalid = (Object.keys(shape) as (keyof typeof shape)[])
    .filter((name) => !shape[name].optional().safeParse(config.options.others[name]).success)
    .map((name) => optionNotValid(config, name));
  const amounts = read(config, "amounts") ?? false;
  const templates = (["title_template", "body_template"] as const).flatMap((name) => {
    const refused = refusedNames(read(config, name) ?? "", amounts);
    if (refused.length === 0) return [];
    const hidden = refused.some((given) => AMOUNTS.some((amount) => amount === given));
    const names = refused.map((given) => `{${given}}`).join(", ");
    const action = hidden
      ? `Set options.amounts to true, or remove ${names} from options.${name}; until then the default is used.`
      : `Remove ${names} from options.${name}; until then the default is used.`;
    return [ignored(name, "template_not_valid", action)];
  });
  const known = new Set(Object.keys(document.states));
  const states = Object.keys(read(config, "state_map") ?? {}).filter((state) => !known.has(state)).map((
    state,
  ) =>
    ignored(
      "state_map",
      "value_not_in_odoo",
      `Remove "${state}" from options.state_map; known are ${[...known].join(", ")}.`,
    )
  );
  return [...missingProject(config), ...invalid, ...templates, ...states];
}

function read<Name extends keyof typeof shape>(
  { options }: PairConfig,
  name: Name,
): z.output<typeof shape[Name]> | undefined {
  const parsed = shape[name].optional().safeParse(options.others[name]);
  return parsed.success ? parsed.data as z.output<typeof shape[Name]> | undefined : undefined;
}
