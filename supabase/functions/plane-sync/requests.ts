/** The bodies of management requests, checked. */
import { z } from "zod";
import { SuiteError } from "../../../shared/errors.ts";
import { parseStamp } from "../../../shared/stamp.ts";
import type { ManualSync, Replay } from "../../../shared/store/manual.ts";

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

const replay = z.strictObject({
  ids: z.array(uuid).max(1000).optional(),
  entity_keys: z.array(z.string().regex(/^[\x21-\x7e]{1,128}$/)).max(1000).optional(),
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
