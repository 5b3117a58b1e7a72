/** The bodies of management requests, checked. */
import { z } from "zod";
import { SuiteError } from "../../../shared/errors.ts";
import type { ManualSync, Replay } from "../../../shared/store/manual.ts";

const name = z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/);
const moment = z.iso.datetime({ offset: true });

const manualSync = z.strictObject({
  entity: z.strictObject({
    source: z.enum(["plane", "odoo"]),
    type: name,
    id: name,
    project_id: z.uuid().optional(),
  }).optional(),
  project: z.uuid().optional(),
});

const replay = z.strictObject({
  ids: z.array(z.uuid()).max(1000).optional(),
  entity_keys: z.array(z.string().max(128)).max(1000).optional(),
  reason: name.optional(),
  from: moment.optional(),
  to: moment.optional(),
}).refine((wanted) => Object.keys(wanted).length > 0, "give ids, entity_keys, a reason, or from and to");

/** @throws SuiteError bad_request naming the fields that are wrong */
export function manualSyncOf(body: Record<string, unknown>): ManualSync {
  return checked(manualSync, body);
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
