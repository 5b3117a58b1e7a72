/** The bodies of requests by which people decide: resolve, pause and resume, undo; and explain, which tells them why. */
import { z } from "zod";
import { SuiteError } from "../../../shared/errors.ts";
import type { Json } from "../../../shared/json.ts";
import type { Resolution } from "../../../shared/store/engine/sync_store.ts";
import type { PauseScope } from "../../../shared/store/operators/switches.ts";
import type { UndoSelection } from "../../../shared/store/runs/history.ts";
import {
  checked,
  type EntityName,
  entityName,
  fieldName,
  moment,
  name,
  recordId,
  uuid,
} from "./request_fields.ts";

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

/** @throws SuiteError bad_request for what PostgreSQL cannot hold: NUL, half of a character */
function storable(value: Json): Json {
  const text = JSON.stringify(value);
  if (!/\\u0000|\\u[dD][89a-fA-F]/.test(text)) return value;
  throw new SuiteError("bad_request", {
    message: "The request is not valid. value: has characters that cannot be stored",
  });
}
