/** What the cases about messages share: a task, an author, posting, and reading what is there. */
import assert from "node:assert/strict";
import type { OdooRecord } from "../../../shared/odoo/client.ts";
import { newProject, newTask, type OdooUnderTest, one } from "./under_test.ts";

const MESSAGE = "mail.message";
const TASK = "project.task";

/** The columns of a comment for `load()`; the first four are enough. */
export const COLUMNS = [
  "id",
  "model",
  "res_id",
  "body",
  "author_id/.id",
  "subtype_id/id",
  "message_type",
  "is_internal",
  "date",
];

/** A task in a project of its own. */
export async function aTask(odoo: OdooUnderTest, values: Record<string, unknown> = {}): Promise<number> {
  return await newTask(odoo, { project_id: await newProject(odoo), ...values });
}

/** A partner to write in the name of. */
export function anAuthor(odoo: OdooUnderTest): Promise<number> {
  return one(odoo.client.create("res.partner", [{ name: odoo.unique("author"), email: "a@example.org" }]));
}

/** Posts to a task; the id of the message. */
export async function post(
  odoo: OdooUnderTest,
  task: number,
  more: Record<string, unknown>,
): Promise<number> {
  const answer = await odoo.client.call(TASK, "message_post", { ids: [task], ...more });
  assert.ok(Array.isArray(answer) && answer.length === 1 && typeof answer[0] === "number");
  return answer[0];
}

/** Every message of a task, oldest first. */
export function chatter(odoo: OdooUnderTest, task: number): Promise<OdooRecord[]> {
  const domain = [["model", "=", TASK], ["res_id", "=", task]] as const;
  const fields = ["body", "message_type", "subtype_id", "is_internal", "author_id"];
  return odoo.client.searchRead(MESSAGE, domain, fields, { order: "id" });
}
