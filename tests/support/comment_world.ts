/** A project and a work item that are paired, for tests about their comments. */
import assert from "node:assert/strict";
import type { SandboxPlane } from "../../dev/sandbox/plane/server.ts";
import type { OdooRecord } from "../../shared/odoo/client.ts";
import { createSyncWorld, type SyncWorld, type SyncWorldOptions } from "./sync_world.ts";

export interface CommentWorld {
  world: SyncWorld;
  plane: SandboxPlane;
  project: string;
  item: string;
  task: number;
  /** The path of the item's comments. */
  comments: string;
}

export interface PlaneCommentRow {
  id: string;
  comment_html: string;
  access: string;
  external_id: string | null;
  external_source: string | null;
}

export async function startCommentWorld(options: SyncWorldOptions = {}): Promise<CommentWorld> {
  const world = await createSyncWorld({ withPlane: true, ...options });
  const { plane } = world;
  assert(plane !== undefined);
  const unique = crypto.randomUUID().slice(0, 6).toUpperCase();
  const made = await plane.api("POST", "/projects/", { name: `Website ${unique}`, identifier: unique });
  const project = String(made.id);
  await plane.api("POST", `/projects/${project}/members/`, { member: plane.users.bob.id, role: 15 })
    .catch(() => undefined);
  await world.arrive();
  const item = String((await plane.api("POST", `/projects/${project}/work-items/`, { name: "Item" })).id);
  await world.arrive();
  const task = Number((await world.partner("issue", item)).id);
  return { world, plane, project, item, task, comments: `/projects/${project}/work-items/${item}/comments/` };
}

/** The options of the comments' pair. */
export async function configure(
  { world }: CommentWorld,
  options: Record<string, string | string[]>,
): Promise<void> {
  await world.sql`update plane.sync_config set options = ${
    JSON.stringify(options)
  }::text::jsonb where plane_type = 'issue_comment'`;
}

/** A comment written in Plane with the service key, whose owner is alice. */
export async function writeInPlane(at: CommentWorld, comment_html: string): Promise<string> {
  return String((await at.plane.api("POST", at.comments, { comment_html })).id);
}

export async function inPlane(at: CommentWorld): Promise<PlaneCommentRow[]> {
  return (await at.plane.api("GET", at.comments)).results as PlaneCommentRow[];
}

/** What people or the suite wrote on the task, the oldest first. */
export async function inOdoo({ world, task }: CommentWorld): Promise<OdooRecord[]> {
  return await world.odoo.searchRead(
    "mail.message",
    [["model", "=", "project.task"], ["res_id", "=", task], ["message_type", "in", ["comment", "email"]]],
    ["body", "subtype_id", "message_type", "is_internal", "author_id", "date"],
    { order: "id asc" },
  );
}

export async function onlyNote(at: CommentWorld): Promise<OdooRecord> {
  const [note, ...more] = await inOdoo(at);
  assert(note !== undefined && more.length === 0, `${more.length + (note === undefined ? 0 : 1)} notes`);
  return note;
}

export async function onlyComment(at: CommentWorld): Promise<PlaneCommentRow> {
  const [comment, ...more] = await inPlane(at);
  assert(
    comment !== undefined && more.length === 0,
    `${more.length + (comment === undefined ? 0 : 1)} comments`,
  );
  return comment;
}

/** A message as a person writes one in Odoo; then what an automation says of it. */
export async function writeInOdoo(
  at: CommentWorld,
  body: string,
  values: Record<string, unknown> = {},
): Promise<number> {
  const answer = await at.world.odoo.call("project.task", "message_post", {
    ids: [at.task],
    body,
    body_is_html: true,
    message_type: "comment",
    subtype_xmlid: "mail.mt_note",
    ...values,
  });
  const id = Number(Array.isArray(answer) ? answer[0] : answer);
  await at.world.hintOdoo("mail.message", id);
  return id;
}

/** Makes entities that rest or wait due now. */
export async function letTimePass({ world }: CommentWorld): Promise<void> {
  await world.sql`update plane.sync_queue set next_attempt_at = now() - interval '1 second'`;
  await world.drain();
}

export async function nothingIsLeft({ world }: CommentWorld): Promise<void> {
  const rows = await world.sql`select entity_key, status, last_error from plane.sync_queue`;
  assert.deepEqual(rows.map((row) => ({ ...row })), []);
}
