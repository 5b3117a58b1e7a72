/** The bodies of requests that start work: sync, backfill, drift, sweep and replay; and how a run is asked about. */
import { z } from "zod";
import type { BackfillScope } from "../../../shared/backfill/steps/scope.ts";
import type { ManualSync, Replay } from "../../../shared/store/operators/manual.ts";
import { checked, moment, name, uuid } from "./request_fields.ts";

const manualSync = z.strictObject({
  entity: z.discriminatedUnion("source", [
    z.strictObject({ source: z.literal("plane"), type: name, id: uuid, project_id: uuid.optional() }),
    z.strictObject({ source: z.literal("odoo"), type: name, id: z.string().regex(/^[1-9]\d{0,15}$/) }),
  ]).optional(),
  project: uuid.optional(),
}).refine(
  (wanted) => wanted.entity === undefined || wanted.project === undefined,
  "either entity or project, not both",
);

const backfill = z.strictObject({
  scope: z.union([
    z.literal("all").transform(() => ({ project: null })),
    z.strictObject({ project: uuid }),
  ]),
  direction: z.enum(["both", "to_odoo", "to_plane"]).default("both"),
  dry_run: z.boolean().default(false),
});

const drift = z.strictObject({
  project: uuid,
  comments: z.union([z.boolean(), z.enum(["true", "false"]).transform((text) => text === "true")]).optional(),
});
const run = z.object({
  run: uuid,
  offset: z.string().regex(/^\d{1,9}$/).transform(Number).optional(),
});

const replay = z.strictObject({
  ids: z.array(uuid).max(1000).optional(),
  entity_keys: z.array(z.string().regex(/^[\x21-\x7e]{1,128}$/)).max(1000).optional(),
  reason: name.optional(),
  from: moment.optional(),
  to: moment.optional(),
}).refine((wanted) => Object.keys(wanted).length > 0, "give ids, entity_keys, a reason, or from and to");

const sweep = z.strictObject({ release: name.optional(), full: z.boolean().optional() });

/** @throws SuiteError bad_request naming the fields that are wrong */
export function sweepOf(
  body: Record<string, unknown>,
): { release?: string | undefined; full?: boolean | undefined } {
  return checked(sweep, body);
}

/**
 * One record, or what waits in a project. `{scope: {entity}}` is the same as `{entity}`.
 *
 * @throws SuiteError bad_request naming the fields that are wrong
 */
export function manualSyncOf(body: Record<string, unknown>): ManualSync {
  return checked(manualSync, isOfEntity(body) ? { entity: body.scope.entity } : body);
}

/**
 * Null: the body asks for no backfill but for one of the smaller things.
 *
 * @throws SuiteError bad_request naming the fields that are wrong
 */
export function backfillOf(
  body: Record<string, unknown>,
): { scope: BackfillScope; dryRun: boolean } | null {
  if (!Object.hasOwn(body, "scope") || (isOfEntity(body) && Object.keys(body).length === 1)) return null;
  const { scope, direction, dry_run } = checked(backfill, body);
  return { scope: { ...scope, direction }, dryRun: dry_run };
}

function isOfEntity(body: Record<string, unknown>): body is { scope: { entity: unknown } } {
  const { scope } = body;
  return typeof scope === "object" && scope !== null && Object.hasOwn(scope, "entity");
}

/** @throws SuiteError bad_request unless a Plane project is named */
export function driftOf(given: Record<string, unknown>): { project: string; comments: boolean } {
  const { project, comments = false } = checked(drift, given);
  return { project, comments };
}

/**
 * A run, and after how many records of a dry run's list to go on when that is asked for.
 *
 * @throws SuiteError bad_request unless a run is named
 */
export function runOf(query: URLSearchParams): { run: string; offset?: number | undefined } {
  const offset = query.get("offset");
  return checked(run, { run: query.get("run"), ...(offset === null ? {} : { offset }) });
}

/** @throws SuiteError bad_request naming the fields that are wrong, or when nothing is selected */
export function replayOf(body: Record<string, unknown>): Replay {
  return checked(replay, body);
}
