/** `plane.sync_config.options`: what a pair does besides mapping fields. Everything is optional. */
import { z } from "zod";
import type { JsonObject } from "../../json.ts";
import type { RetryRules } from "../../queue/outcome.ts";

const shape = {
  /** Which Plane projects take part, by id; absent: all. */
  plane_projects: z.array(z.string()),
  /** Which Odoo projects take part, by id; absent: all. */
  odoo_projects: z.array(z.number().int()),
  /** Only work items with one of these labels (names) become records in Odoo. */
  only_labels: z.array(z.string()),
  /** Only work items whose state has one of these names or groups. */
  only_states: z.array(z.string()),
  /** Only Odoo records that this domain finds become records in Plane: a list of `[field, operator, value]`, all of which hold. */
  odoo_domain: z.array(z.tuple([z.string(), z.string(), z.unknown()])),
  /** Whether new records of one side are made on the other. */
  create_in_plane: z.boolean(),
  create_in_odoo: z.boolean(),
  /** What becomes of the partner of a deleted record. `delete` waits for `delete_after_hours` and is never done to projects. */
  delete: z.enum(["archive", "ignore", "delete"]),
  delete_after_hours: z.number().min(1).max(8760),
  /** The share of a project's records that may vanish between two full passes without the brake. */
  delete_share: z.number().min(0).max(1),
  /** How long a change rests before it is sent, so that a person may finish typing, in ms. */
  settle_ms: z.number().int().min(0).max(600_000),
  /** Within this, in ms, nobody can tell which of two changes was later: Plane's wins. */
  uncertainty_ms: z.number().int().min(0).max(600_000),
  /** Tries before a record is given up, and the bounds of the wait between them, in ms. */
  retry_attempts: z.number().int().min(1).max(100),
  retry_first_ms: z.number().int().min(100).max(3_600_000),
  retry_longest_ms: z.number().int().min(1000).max(86_400_000),
  /** The Plane project whose work items belong to this model (documents, custom models). */
  plane_project: z.string(),
  /** What a module becomes. */
  module_as: z.enum(["project", "tag", "parent_task"]),
  /** Whether a link to the partner is left on records we make. */
  link_in_plane: z.boolean(),
  link_in_odoo: z.boolean(),
} as const;

type Shape = typeof shape;
export type PairOptions = { [Name in keyof Shape]: z.output<Shape[Name]> | undefined } & {
  /** Options particular to a kind, which checks them itself, and names nobody knows. */
  others: JsonObject;
};

/** The options about tries and waits, as the queue takes them. */
export function retryRulesOf(options: PairOptions): RetryRules {
  const { retry_attempts: attempts, retry_first_ms: firstMs, retry_longest_ms: longestMs } = options;
  return {
    ...(attempts === undefined ? {} : { attempts }),
    ...(firstMs === undefined ? {} : { firstMs }),
    ...(longestMs === undefined ? {} : { longestMs }),
  };
}

const NAMES = Object.keys(shape) as (keyof Shape)[];

/** @returns the options that are valid, and the names of those that are not */
export function readOptions(raw: JsonObject): { options: PairOptions; invalid: string[] } {
  const invalid: string[] = [];
  const options: Record<string, unknown> = {};
  for (const name of NAMES) {
    const parsed = shape[name].optional().safeParse(raw[name] ?? undefined);
    if (!parsed.success) invalid.push(name);
    options[name] = parsed.success ? parsed.data : undefined;
  }
  const others = Object.fromEntries(Object.entries(raw).filter(([name]) => !Object.hasOwn(shape, name)));
  return { options: { ...options, others } as PairOptions, invalid };
}
