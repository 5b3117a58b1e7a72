/**
 * What Odoo sends: `{model, action, data}` from a module or an automation, `{action, entity_type, entity_id}` from an earlier
 * one, or the stock webhook's `{_model, _id}`.
 * Whatever it says, it is only a hint: the record is read before anything follows from it.
 */
import { SuiteError } from "../errors.ts";
import { parseStamp } from "../stamp.ts";
import type { Delivery, Operation } from "../delivery.ts";
import { DELIVERY_ID, type SignedHeaders } from "./odoo_signature.ts";
import { isObject, plainName } from "./reading.ts";

/** How far a signed timestamp may be from our clock, in ms: 5 minutes, either way. */
export const TIMESTAMP_WINDOW_MS = 300_000;

const MODEL = /^[a-z][a-z0-9_.]{0,63}$/;
const OPERATIONS: Readonly<Record<string, Operation>> = {
  create: "create",
  write: "update",
  update: "update",
  unlink: "delete",
  delete: "delete",
  archive: "archive",
};

/**
 * @param body the parsed, signed JSON object. `delivery_id` and `timestamp` (unix seconds or ISO 8601) count because they
 *   are in it
 * @param once a value that is used for nothing else: two equal bodies without delivery id can be two real edits
 * @param nowMs our clock
 * @param signed what headers say, when they are signed too; they come before the body's own
 * @throws SuiteError signature_expired when the signed timestamp is outside the window
 */
export function normaliseOdoo(
  body: Record<string, unknown>,
  once: string,
  nowMs: number,
  signed: SignedHeaders | null = null,
): Delivery {
  checkTimestamp(body.timestamp, nowMs);
  if (signed !== null) checkTimestamp(signed.timestamp, nowMs);
  const { model, action, id: givenId } = nameOf(body);
  const id = recordId(givenId);
  const entity = typeof model === "string" && MODEL.test(model) && id !== undefined
    ? { type: model, id }
    : null;
  const operation = typeof action === "string" && Object.hasOwn(OPERATIONS, action)
    ? OPERATIONS[action]
    : undefined;
  const named = typeof body.delivery_id === "string" && DELIVERY_ID.test(body.delivery_id)
    ? body.delivery_id
    : null;
  const deliveryId = signed?.deliveryId ?? named;
  return {
    source: "odoo",
    envelope: "odoo",
    dedupKey: deliveryId === null ? `odoo:once:${once}` : `odoo:delivery:${deliveryId}`,
    deliveryId: deliveryId === null ? null : `odoo:${deliveryId}`,
    eventType: `${plainName(model)}.${plainName(action)}`,
    entity,
    planeProjectId: null,
    operation: operation ?? "update",
    queue: entity !== null,
    priority: 5,
    observation: null,
    readFirst: true,
  };
}

/** What the body is about. The stock webhook spreads the record's own fields beside its `_model`, so only `_` names count there. */
function nameOf(body: Record<string, unknown>): { model: unknown; action: unknown; id: unknown } {
  if (body._model !== undefined) return { model: body._model, action: "write", id: body._id };
  // What earlier add-ons for filing deadlines send beside a `data` without the record's own id.
  if (body.model === undefined && body.entity_type !== undefined) {
    return { model: body.entity_type, action: body.action ?? "write", id: body.entity_id };
  }
  const data = isObject(body.data) ? body.data : {};
  return {
    model: body.model ?? "project.task",
    action: body.action ?? body.method ?? "write",
    id: data.id ?? body.id ?? body.res_id,
  };
}

function checkTimestamp(value: unknown, nowMs: number): void {
  if (value === undefined || value === null) return;
  const signedMs = typeof value === "number" ? value * 1000 : Date.parse(parseStamp(value) ?? "");
  if (!(Math.abs(signedMs - nowMs) <= TIMESTAMP_WINDOW_MS)) {
    throw new SuiteError("signature_expired", { facts: { window_ms: TIMESTAMP_WINDOW_MS } });
  }
}

function recordId(value: unknown): string | undefined {
  if (typeof value === "number" && Number.isSafeInteger(value) && value > 0) return String(value);
  return typeof value === "string" && /^[1-9]\d{0,15}$/.test(value) ? value : undefined;
}
