/** What Odoo writes into a task's chatter by itself, and how people's comments are told from it. */
import assert from "node:assert/strict";
import { aTask, chatter, post } from "./message_steps.ts";
import { type ContractCase, idOf, referenceTo } from "./under_test.ts";

const MESSAGE = "mail.message";
const TASK = "project.task";
const HUMAN = ["message_type", "in", ["comment", "email"]] as const;

export const CHATTER: readonly ContractCase[] = [
  [
    "what Odoo writes by itself is a notification: the creation, and each change of a tracked field",
    async (odoo) => {
      const task = await aTask(odoo, { name: "before" });
      const [created, ...none] = await chatter(odoo, task);
      assert.deepEqual(none, []);
      assert.equal(created?.message_type, "notification");
      assert.match(String(created?.body), /A new task has been created/);
      await odoo.client.write(TASK, [task], { name: "after" });
      await odoo.client.write(TASK, [task], { state: "1_done" });
      await odoo.client.write(TASK, [task], { state: "1_done", description: "<p>x</p>", sequence: 3 });
      const tracked = (await chatter(odoo, task)).slice(1);
      assert.deepEqual(
        tracked.map((each) => [each.body, each.message_type, idOf(each.subtype_id), each.is_internal]),
        [
          ["", "notification", await referenceTo(odoo, "mail", "mt_note"), true],
          ["", "notification", await referenceTo(odoo, "project", "mt_task_done"), false],
        ],
      );
    },
  ],
  ["people's comments are found by their type among notifications", async (odoo) => {
    const task = await aTask(odoo);
    const note = await post(odoo, task, {
      body: "a",
      message_type: "comment",
      subtype_xmlid: "mail.mt_note",
    });
    const open = await post(odoo, task, {
      body: "b",
      message_type: "comment",
      subtype_xmlid: "mail.mt_comment",
    });
    await odoo.client.write(TASK, [task], { priority: "1" });
    const domain = [["model", "=", TASK], ["res_id", "in", [task]], HUMAN] as const;
    assert.deepEqual(await odoo.client.search(MESSAGE, domain, { order: "id" }), [note, open]);
  }],
  ["tracking is silent when the context says so", async (odoo) => {
    const task = await aTask(odoo);
    for (const context of [{ tracking_disable: true }, { mail_notrack: true }]) {
      await odoo.client.write(TASK, [task], { name: odoo.unique("quiet") }, { context });
    }
    assert.equal((await chatter(odoo, task)).length, 1);
  }],
];
