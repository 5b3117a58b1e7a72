/** Where a comment belongs: the work item in Plane, the task in Odoo; and which messages are comments at all. */
import { z } from "zod";
import { SuiteError } from "../../errors.ts";
import type { OdooDomain, OdooRecord } from "../../odoo/client.ts";
import type { Partner } from "../../store/engine/sync_store.ts";
import { authorInPlane } from "./comment_people.ts";
import { type CommentForm, commentForm, MESSAGE_MODEL } from "./comment_form.ts";
import { isWithoutContent } from "./comment_marks.ts";
import type { PairConfig } from "../pairs/configuration.ts";
import type { SyncDependencies } from "../sides/dependencies.ts";
import type { SyncEntity } from "../pairs/kind.ts";
import { externalId } from "../sides/external_id.ts";
import { relatedId, textOf } from "../lenses/lens.ts";
import { PROJECT_MODEL, TASK_MODEL } from "../sides/models.ts";
import { findByExternalId, readRecord } from "../sides/odoo_records.ts";

const HUMAN_TYPES: readonly unknown[] = ["comment", "email"];

/** For who polls Odoo: the messages that may be comments. What Odoo says by itself is of other types. */
export const HUMAN_MESSAGES: OdooDomain = [["model", "=", TASK_MODEL], ["message_type", "in", HUMAN_TYPES]];

/** `note`: for colleagues only. `comment`: sent to followers. `customer`: whatever somebody from outside wrote. */
const SUBTYPES = ["note", "comment", "customer"] as const;
const USUAL: readonly typeof SUBTYPES[number][] = ["note", "comment"];
const subtypes = z.array(z.enum(SUBTYPES)).optional();

/** What options.subtypes asks for, the usual ones when it does not; null: it is not valid. */
export function readSubtypes({ options }: PairConfig): readonly typeof SUBTYPES[number][] | null {
  const parsed = subtypes.safeParse(options.others.subtypes ?? undefined);
  return parsed.success ? parsed.data ?? USUAL : null;
}

/**
 * The Plane project of a message; null when it is no comment, of a kind that stays out, or its task takes no part or has lost its
 * work item.
 *
 * @throws SuiteError waits_for_project while its task has no work item yet
 */
export async function planeProjectOfMessage(
  message: OdooRecord,
  config: PairConfig,
  deps: SyncDependencies,
): Promise<string | null> {
  if (!HUMAN_TYPES.includes(message.message_type) || isWithoutContent(textOf(message.body))) return null;
  const item = await itemOfMessage(message, deps);
  if (item === null) return null;
  // Its item was deleted in Plane, where nobody comments on it any more.
  const { tombstone } = await deps.store.readPair({ side: "plane", type: "issue", id: item.planeId });
  if (tombstone?.reason === "deleted_in_plane") return null;
  const wanted = readSubtypes(config) ?? USUAL;
  return wanted.includes(await subtypeOf(message, deps)) ? item.planeProjectId : null;
}

/**
 * The work item of a message's task; null when the message is about something else, or its task is private or gone, stands for a
 * module, or was put by people into a module's own project: those are nobody's in Plane.
 *
 * @throws SuiteError waits_for_project while the task has no partner yet
 */
export async function itemOfMessage(
  message: OdooRecord,
  { store, odoo }: SyncDependencies,
): Promise<(Partner & { planeId: string }) | null> {
  const task = relatedId(message.res_id);
  if (message.model !== TASK_MODEL || task === null || task === 0) return null;
  const key = { side: "odoo", model: TASK_MODEL, id: String(task) } as const;
  const partner = await store.readPartner(key);
  if (partner?.deleted === true || partner?.planeType === "module") return null;
  if (partner !== null && partner.planeId !== null) return { ...partner, planeId: partner.planeId };
  const record = await readRecord(odoo(), TASK_MODEL, task, ["project_id"]);
  const project = relatedId(record?.project_id);
  if (record === null || project === null) return null;
  const place = await store.readPartner({ side: "odoo", model: PROJECT_MODEL, id: String(project) });
  if (place?.planeType === "module") return null;
  await store.hint({ key, priority: 6 });
  throw new SuiteError("waits_for_project", { facts: { waits_for: `${TASK_MODEL}:${task}` } });
}

async function subtypeOf(message: OdooRecord, deps: SyncDependencies): Promise<typeof SUBTYPES[number]> {
  const { isInternal } = await authorInPlane(message, deps);
  if (!isInternal) return "customer";
  const id = relatedId(message.subtype_id);
  // A message without subtype goes to nobody.
  if (message.is_internal === true || id === null) return "note";
  const subtype = await readRecord(deps.odoo(), "mail.message.subtype", id, ["internal"]);
  return subtype?.internal === true ? "note" : "comment";
}

/**
 * The task of a comment's work item; null when that belongs to a record of another model, or was deleted in Odoo: then the comment
 * stays in Plane.
 *
 * @throws SuiteError waits_for_project while the work item has no task yet
 */
export async function taskOfComment(
  form: CommentForm,
  { store, plane }: SyncDependencies,
): Promise<number | null> {
  const key = { side: "plane", type: "issue", id: form.issue } as const;
  const partner = await store.readPartner(key);
  if (partner !== null && (partner.deleted || partner.odooModel !== TASK_MODEL)) return null;
  if (partner !== null && partner.odooId !== null) return partner.odooId;
  // Its webhook may be on its way, or lost: with access to Plane the item is fetched.
  if (plane !== undefined) {
    const payload = { project_id: form.project };
    await store.hint({ key, projectId: form.project, readFirst: true, priority: 6, payload });
  }
  throw new SuiteError("waits_for_project", { facts: { waits_for: `issue:${form.issue}` } });
}

/**
 * The work item a comment is to be read in: what was seen of the comment says so, or what a hint brought; else the message that
 * is its partner, which hangs on the item's task. Null: nobody knows.
 */
export async function itemOfComment(
  planeId: string,
  { pair, claimed }: Pick<SyncEntity<CommentForm>, "pair" | "claimed">,
  deps: SyncDependencies,
): Promise<string | null> {
  const announced = claimed.observation === null ? null : JSON.parse(claimed.observation.body) as unknown;
  const data = z.object({ data: z.unknown() }).safeParse(announced).data?.data;
  const seen = [pair.snapshot?.plane_seen, claimed.payload.observed, data].map(commentForm);
  const item = seen.find((form) => form !== null && form.id === planeId)?.issue;
  if (item !== undefined) return item;
  const odoo = deps.odoo();
  const ofHint = claimed.sourceType === MESSAGE_MODEL ? claimed.sourceId : null;
  const known = pair.mapping?.odoo_id ?? pair.tombstone?.odoo_id ?? ofHint;
  const message = known === null
    ? await findByExternalId(odoo, MESSAGE_MODEL, externalId("issue_comment", planeId))
    : Number(known);
  const record = message === null
    ? null
    : await readRecord(odoo, MESSAGE_MODEL, message, ["model", "res_id"]);
  return record === null ? null : (await itemOfMessage(record, deps))?.planeId ?? null;
}
