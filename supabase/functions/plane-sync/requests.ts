/** The bodies of management requests, checked. */
import { z } from "zod";
import { SuiteError } from "../../../shared/errors.ts";
import type { BackfillScope } from "../../../shared/backfill/steps/scope.ts";
import type { Json } from "../../../shared/json.ts";
import { parseStamp } from "../../../shared/stamp.ts";
import type { UndoSelection } from "../../../shared/store/runs/history.ts";
import type { ManualSync, Replay } from "../../../shared/store/operators/manual.ts";
import type { PauseScope } from "../../../shared/store/operators/switches.ts";
import type { Resolution } from "../../../shared/store/engine/sync_store.ts";

const name = z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/);
const uuid = z.uuid().toLowerCase();
/** Only a time PostgreSQL can hold, in the one form it and we compare. */
const moment = z.string().transform((value, context): string => {
  const stamp = parseStamp(value);
  if (stamp === null) context.addIssue({ code: "custom", message: "not a point in time" });
  return stamp ?? "";
});

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

/** A record of either side by its type or model and its id. */
export interface EntityName {
  type: string;
  id: string;
}

const recordId = z.string().regex(/^[\x21-\x7e]{1,128}$/);
/** `issue:<id>` or `project.task:<id>` as in the log, or the object `sync` takes. */
const entityName = z.union([
  z.string().regex(/^[A-Za-z0-9_.-]{1,64}:[\x21-\x7e]{1,128}$/, "must be like issue:<id>").transform(
    (text): EntityName => {
      const colon = text.indexOf(":");
      return { type: text.slice(0, colon), id: text.slice(colon + 1) };
    },
  ),
  z.object({ type: name, id: recordId }).transform(({ type, id }): EntityName => ({ type, id })),
]);
const fieldName = z.string().regex(/^[A-Za-z0-9_.]{1,64}$/);

const resolve = z.strictObject({
  conflict: uuid.optional(),
  entity: entityName.optional(),
  field: fieldName.optional(),
  side: z.enum(["plane", "odoo"]).optional(),
  value: z.json().optional(),
}).refine(
  ({ conflict, entity, field }) =>
    conflict === undefined
      ? entity !== undefined && field !== undefined
      : entity === undefined && field === undefined,
  "give conflict, or entity and field",
).refine(({ side, value }) => (side === undefined) !== (value === undefined), "give side or value");

const pair = z.strictObject({ plane_type: name, odoo_model: name });
const pause = z.strictObject({
  all: z.literal(true).optional(),
  pair: pair.optional(),
  entity: entityName.optional(),
  reason: z.string().max(200).regex(/^\P{C}*$/u).optional(),
  until: moment.optional(),
}).refine(
  ({ all, pair, entity }) => [all, pair, entity].filter((given) => given !== undefined).length === 1,
  "give all, pair or entity",
).refine(
  ({ all, reason, until }) => all === true || (reason === undefined && until === undefined),
  "reason and until are kept for all only",
);

export interface Resolve {
  conflict: string | EntityName & { field: string };
  resolution: Resolution;
}

/** @throws SuiteError bad_request naming the fields that are wrong */
export function resolveOf(body: Record<string, unknown>): Resolve {
  const { conflict, entity, field, side, value } = checked(resolve, body);
  const named = conflict ?? (entity === undefined || field === undefined ? undefined : { ...entity, field });
  if (named === undefined) throw new SuiteError("bad_request");
  return {
    conflict: named,
    resolution: side === undefined ? { value: storable(value ?? null) } : { side },
  };
}

export interface Pause {
  scope: PauseScope;
  options: { reason?: string; until?: string };
}

/** @throws SuiteError bad_request naming the fields that are wrong */
export function pauseOf(body: Record<string, unknown>): Pause {
  const { pair, entity, reason, until } = checked(pause, body);
  const options = { ...(reason === undefined ? {} : { reason }), ...(until === undefined ? {} : { until }) };
  if (entity !== undefined) return { scope: { scope: "entity", ...entity }, options };
  if (pair !== undefined) {
    return { scope: { scope: "pair", planeType: pair.plane_type, odooModel: pair.odoo_model }, options };
  }
  return { scope: { scope: "all" }, options };
}

const explain = z.strictObject({
  entity: entityName.optional(),
  source: z.enum(["plane", "odoo"]).optional(),
  type: name.optional(),
  id: recordId.optional(),
  field: fieldName,
}).refine(
  ({ entity, type, id }) =>
    entity === undefined ? type !== undefined && id !== undefined : type === undefined && id === undefined,
  "give entity, or type and id",
);

/** From the query of a request: `entity=issue:<id>`, or `type` and `id`; and `field`. */
export function explainOf(query: URLSearchParams): { entity: EntityName; field: string } {
  const given = Object.fromEntries([...query].filter(([parameter]) => parameter !== "action"));
  const { entity, type, id, field } = checked(explain, given);
  const named = entity ?? (type === undefined || id === undefined ? undefined : { type, id });
  if (named === undefined) throw new SuiteError("bad_request");
  return { entity: named, field };
}

const undo = z.strictObject({
  log_id: z.union([z.int().positive().transform(String), z.string().regex(/^[1-9]\d{0,17}$/)]).optional(),
  run_id: uuid.optional(),
  dry_run: z.boolean().optional(),
}).refine(({ log_id, run_id }) => (log_id === undefined) !== (run_id === undefined), "give log_id or run_id");

/** @throws SuiteError bad_request naming the fields that are wrong */
export function undoOf(body: Record<string, unknown>): { selection: UndoSelection; dryRun: boolean } {
  const { log_id, run_id, dry_run = false } = checked(undo, body);
  if (log_id !== undefined) return { selection: { logId: log_id }, dryRun: dry_run };
  if (run_id !== undefined) return { selection: { runId: run_id }, dryRun: dry_run };
  throw new SuiteError("bad_request");
}

const sweep = z.strictObject({ release: name.optional(), full: z.boolean().optional() });

/** @throws SuiteError bad_request naming the fields that are wrong */
export function sweepOf(
  body: Record<string, unknown>,
): { release?: string | undefined; full?: boolean | undefined } {
  return checked(sweep, body);
}

/** @throws SuiteError bad_request for what PostgreSQL cannot hold: NUL, half of a character */
function storable(value: Json): Json {
  const text = JSON.stringify(value);
  if (!/\\u0000|\\u[dD][89a-fA-F]/.test(text)) return value;
  throw new SuiteError("bad_request", {
    message: "The request is not valid. value: has characters that cannot be stored",
  });
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

function checked<Value>(shape: z.ZodType<Value>, body: Record<string, unknown>): Value {
  const { data, error } = shape.safeParse(body);
  if (error === undefined) return data;
  const wrong = error.issues.map(({ path, message }) => `${path.join(".") || "body"}: ${message}`);
  throw new SuiteError("bad_request", {
    message: `The request is not valid. ${wrong.slice(0, 5).join("; ")}`,
  });
}
