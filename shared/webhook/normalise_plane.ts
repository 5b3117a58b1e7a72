/**
 * One normaliser for everything Plane sends.
 *
 * v1 says `event: "issue"` and `action: "updated"` and carries the whole record. v2 says `event: "workitem.updated"`, has
 * a stable `event_id` and flat ids. Older tools forward `event: "issue.updated"`. All three end as one Delivery.
 */
import { sha256 } from "../crypto/hmac.ts";
import { parseStamp } from "../stamp.ts";
import type { Delivery, Envelope, Operation } from "../delivery.ts";
import { isObject, plainName, PRIORITIES } from "./reading.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const ENTITIES: Readonly<Record<string, string>> = {
  project: "project",
  issue: "issue",
  workitem: "issue",
  work_item: "issue",
  issue_comment: "issue_comment",
  cycle: "cycle",
  module: "module",
};

/** Both spellings are seen: the manual shows `update`, the server sends `updated`. */
const VERBS: Readonly<Record<string, Operation>> = {
  created: "create",
  create: "create",
  updated: "update",
  update: "update",
  deleted: "delete",
  delete: "delete",
  archived: "archive",
  unarchived: "update",
};

/** v1's word for an operation, so that one event has one name in the ledger. */
const WORDS: Readonly<Record<Operation, string>> = {
  create: "created",
  update: "updated",
  delete: "deleted",
  archive: "archived",
};

/**
 * @param body the parsed JSON object
 * @param raw the bytes it was parsed from; their hash is the dedup key where the sender gives none that is stable
 * @param deliveryId the `X-Plane-Delivery` header
 * @param once a value that is used for nothing else
 */
export function normalisePlane(
  body: Record<string, unknown>,
  raw: Uint8Array,
  deliveryId: string | null,
  once: string,
): Delivery {
  const event = readEvent(body);
  const data = isObject(body.data) ? body.data : body;
  // v2 says what a deleted record was here, and leaves `data` empty.
  const before = event.envelope === "plane_v2" && isObject(body.previous_attributes)
    ? body.previous_attributes
    : {};
  const id = event.envelope === "plane_v2"
    ? firstIdentifier(body.entity_id, data.id, before.id)
    : firstIdentifier(data.id, data.issue_id);
  const entity = event.type !== undefined && id !== undefined ? { type: event.type, id } : null;
  const observation = event.envelope === "plane_v1" && event.operation !== "delete"
    ? observe(body.data)
    : null;
  const known = event.envelope !== "unknown" && entity !== null;
  return {
    source: "plane",
    envelope: event.envelope,
    dedupKey: dedupKey(body, data, raw, event.envelope, once),
    deliveryId: deliveryId !== null && UUID.test(deliveryId) ? deliveryId : null,
    eventType: known ? `${entity.type}.${WORDS[event.operation]}` : plainName(body.event ?? body.type),
    entity,
    planeProjectId: firstIdentifier(data.project, data.project_id, before.project_id, before.project) ?? null,
    operation: event.operation,
    queue: known && entity.type in PRIORITIES && !(event.operation === "update" && isNoise(before)),
    priority: entity === null ? 0 : PRIORITIES[entity.type] ?? 0,
    observation,
    readFirst: observation === null && event.operation !== "delete",
  };
}

interface PlaneEvent {
  envelope: Envelope;
  type: string | undefined;
  operation: Operation;
}

function readEvent(body: Record<string, unknown>): PlaneEvent {
  const name = typeof body.event === "string" ? body.event : typeof body.type === "string" ? body.type : "";
  // v2 has been seen to send the name of its own enum member: WebhookScope.ScopeChoices.WORK_ITEM_UPDATED.
  const enumName = /^WebhookScope\.ScopeChoices\.([A-Z_]+)_([A-Z]+)$/.exec(name);
  const parts = enumName?.[1] !== undefined && enumName[2] !== undefined
    ? [enumName[1].toLowerCase(), enumName[2].toLowerCase()]
    : name.split(".");
  const type = own(ENTITIES, parts[0]);
  if (body.version === "v2" || enumName !== null || parts[0] === "workitem") {
    // workitem.comment.created and the like are about something else than the work item's own fields.
    const operation = parts.length === 2 ? own(VERBS, parts[1]) : undefined;
    return type !== undefined && operation !== undefined
      ? { envelope: "plane_v2", type, operation }
      : { envelope: "unknown", type: undefined, operation: "update" };
  }
  const envelope = parts.length === 1 ? "plane_v1" : "plane_legacy";
  const operation = own(VERBS, parts.length === 1 ? body.action : parts[1]);
  return type !== undefined && operation !== undefined && parts.length <= 2
    ? { envelope, type, operation }
    : { envelope: "unknown", type: undefined, operation: "update" };
}

/**
 * v1's body has no id of its own, but a retry repeats it byte for byte. v2 has an event_id that retries keep, while its
 * body changes with each attempt. A forwarded form without a stamp has neither: two equal bodies can be two real edits.
 */
function dedupKey(
  body: Record<string, unknown>,
  data: Record<string, unknown>,
  raw: Uint8Array,
  envelope: Envelope,
  once: string,
): string {
  const webhook = identifier(body.webhook_id) ?? "no-webhook";
  if (body.version === "v2" || envelope === "plane_v2") {
    const event = identifier(body.event_id);
    if (event !== undefined) return `plane:v2:${webhook}:${event}`;
  }
  if (envelope === "plane_legacy" && parseStamp(data.updated_at) === null) return `plane:once:${once}`;
  return `plane:body:${webhook}:${sha256(raw)}`;
}

function observe(data: unknown): Delivery["observation"] {
  const at = isObject(data) ? parseStamp(data.updated_at) : null;
  if (at === null) return null;
  try {
    return { at, hash: sha256(JSON.stringify(data)) };
  } catch (thrown) {
    // Nested deeper than the stack: no record of Plane's, so not one to go by.
    if (thrown instanceof RangeError) return null;
    throw thrown;
  }
}

/** v2 announces a touched `last_activity_at` as an update; nothing else changed, so nothing follows from it. */
function isNoise(before: Record<string, unknown>): boolean {
  const changed = Object.keys(before);
  return changed.length > 0 && changed.every((name) => name === "last_activity_at");
}

/** v2 has been seen to write null as the text "None", so each candidate counts only when it is an id. */
function firstIdentifier(...candidates: unknown[]): string | undefined {
  return candidates.map(identifier).find((id) => id !== undefined);
}

function identifier(value: unknown): string | undefined {
  const text = typeof value === "string" ? value.toLowerCase() : "";
  return UUID.test(text) ? text : undefined;
}

/** A table look-up that knows nothing of `constructor` and its kin. */
function own<Value>(table: Readonly<Record<string, Value>>, key: unknown): Value | undefined {
  return typeof key === "string" && Object.hasOwn(table, key) ? table[key] : undefined;
}
