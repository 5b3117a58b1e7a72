/** Comments on tasks: posted, loaded by external id, edited and deleted. */
import assert from "node:assert/strict";
import { SuiteError } from "../../../shared/errors.ts";
import { anAuthor, aTask, chatter, COLUMNS, post } from "./message_steps.ts";
import { type ContractCase, failsWith, fieldsOf, idOf, one, referenceTo, secondAfter } from "./under_test.ts";

const MESSAGE = "mail.message";
const TASK = "project.task";
const NOBODY = 2_000_000_000;

export const MESSAGES: readonly ContractCase[] = [
  ["a note is posted as HTML in the name of any partner", async (odoo) => {
    const [task, author] = [await aTask(odoo), await anAuthor(odoo)];
    const note = await post(odoo, task, {
      body: "<p>hi <b>x</b><script>bad()</script></p>",
      body_is_html: true,
      author_id: author,
      subtype_xmlid: "mail.mt_note",
      message_type: "comment",
    });
    const found = await fieldsOf(
      odoo,
      MESSAGE,
      note,
      "body",
      "model",
      "res_id",
      "message_type",
      "is_internal",
      "author_id",
      "subtype_id",
    );
    const { author_id: by, subtype_id: subtype, ...rest } = found;
    assert.equal(idOf(by), author);
    assert.deepEqual(subtype, [await referenceTo(odoo, "mail", "mt_note"), "Note"]);
    assert.deepEqual(rest, {
      body: "<p>hi <b>x</b></p>",
      model: TASK,
      res_id: task,
      message_type: "comment",
      is_internal: false,
    });
  }],
  ["a message posted without a type is a notification, and a note", async (odoo) => {
    const message = await post(odoo, await aTask(odoo), { body: "x" });
    const found = await fieldsOf(odoo, MESSAGE, message, "message_type", "subtype_id");
    assert.equal(found.message_type, "notification");
    assert.equal(idOf(found.subtype_id), await referenceTo(odoo, "mail", "mt_note"));
  }],
  ["a message may be posted with another date, and for employees only", async (odoo) => {
    const values = { body: "x", date: "2020-01-02 03:04:05", is_internal: true };
    const message = await post(odoo, await aTask(odoo), values);
    const found = await fieldsOf(odoo, MESSAGE, message, "date", "is_internal");
    assert.deepEqual(found, { date: "2020-01-02 03:04:05", is_internal: true });
  }],
  ["message_post takes one record that is there, and no unknown values", async (odoo) => {
    const [task, other] = [await aTask(odoo), await aTask(odoo)];
    const call = (ids: number[], more = {}) =>
      odoo.client.call(TASK, "message_post", { ids, body: "x", ...more });
    await failsWith(call([NOBODY]), "odoo_missing_record", { missingModel: TASK, missingId: NOBODY });
    await failsWith(call([task, other]), "odoo_bad_request");
    await failsWith(call([task], { nothing_known: 1 }), "odoo_bad_request");
    await failsWith(call([task], { message_type: "nothing known" }), "odoo_bad_request");
    await failsWith(call([task], { author_id: NOBODY }), "odoo_missing_record", {
      missingModel: "res.partner",
    });
  }],
  [
    "load() makes a comment exactly once, with author, subtype, type and date, and cleans it",
    async (odoo) => {
      const [task, author] = [await aTask(odoo), await anAuthor(odoo)];
      const id = odoo.unique("contract.comment");
      const body = '<p>hi <b>x</b><script>bad()</script><a href="javascript:x">y</a></p>';
      const rest = [String(author), "mail.mt_note", "comment", "1", "2020-01-02 03:04:05"];
      const load = () => one(odoo.client.load(MESSAGE, COLUMNS, [[id, TASK, String(task), body, ...rest]]));
      const message = await load();
      assert.equal(await load(), message);
      const { author_id: by, subtype_id: subtype, ...found } = await fieldsOf(
        odoo,
        MESSAGE,
        message,
        "body",
        "model",
        "res_id",
        "message_type",
        "is_internal",
        "date",
        "author_id",
        "subtype_id",
      );
      assert.equal(idOf(by), author);
      assert.equal(idOf(subtype), await referenceTo(odoo, "mail", "mt_note"));
      assert.deepEqual(found, {
        body: '<p>hi <b>x</b><a href="">y</a></p>',
        model: TASK,
        res_id: task,
        message_type: "comment",
        is_internal: true,
        date: "2020-01-02 03:04:05",
      });
      const comments = (await chatter(odoo, task)).filter((each) => each.message_type === "comment");
      assert.deepEqual(comments.map((each) => each.id), [message]);
    },
  ],
  ["parallel loads of one new comment make one; those that lose the race may repeat", async (odoo) => {
    const task = await aTask(odoo);
    const row = [odoo.unique("contract.comment"), TASK, String(task), "x"];
    const persistent = async (left: number): Promise<number> => {
      try {
        return await one(odoo.client.load(MESSAGE, COLUMNS.slice(0, 4), [row]));
      } catch (thrown) {
        if (left === 0 || !(thrown instanceof SuiteError) || thrown.code !== "odoo_conflict") throw thrown;
        return await persistent(left - 1);
      }
    };
    const ids = await Promise.all(Array.from({ length: 5 }, () => persistent(10)));
    assert.equal(new Set(ids).size, 1);
    const comments = (await chatter(odoo, task)).filter((each) => each.message_type === "comment");
    assert.deepEqual(comments.map((each) => each.id), [ids[0]]);
  }],
  ["a loaded comment is edited by its external id and its text alone", async (odoo) => {
    const id = odoo.unique("contract.comment");
    const columns = COLUMNS.slice(0, 4);
    const task = await aTask(odoo);
    const message = await one(odoo.client.load(MESSAGE, columns, [[id, TASK, String(task), "<p>one</p>"]]));
    assert.equal(await one(odoo.client.load(MESSAGE, ["id", "body"], [[id, "two & <i>three</i>"]])), message);
    assert.deepEqual(await fieldsOf(odoo, MESSAGE, message, "body", "res_id"), {
      body: "<p>two &amp; <i>three</i></p>",
      res_id: task,
    });
  }],
  ["a comment loaded without more is the caller's, without a subtype", async (odoo) => {
    const row = [odoo.unique("contract.comment"), TASK, String(await aTask(odoo)), "x"];
    const message = await one(odoo.client.load(MESSAGE, COLUMNS.slice(0, 4), [row]));
    const found = await fieldsOf(odoo, MESSAGE, message, "message_type", "subtype_id", "author_id");
    assert.deepEqual([found.message_type, found.subtype_id], ["comment", false]);
    assert.equal(typeof idOf(found.author_id), "number");
  }],
  ["a comment on a task that is not there is refused", async (odoo) => {
    const row = [odoo.unique("contract.comment"), TASK, String(NOBODY), "x"];
    await failsWith(odoo.client.load(MESSAGE, COLUMNS.slice(0, 4), [row]), "odoo_rejected");
    const values = { model: TASK, res_id: NOBODY, body: "x" };
    await failsWith(odoo.client.create(MESSAGE, [values]), "odoo_missing_record", { missingModel: TASK });
  }],
  ["several comments are created in one call", async (odoo) => {
    const [task, author] = [await aTask(odoo), await anAuthor(odoo)];
    const values = (body: string) => ({ model: TASK, res_id: task, body, author_id: author });
    const ids = await odoo.client.create(MESSAGE, [values("<p>a<script>b</script></p>"), values("c")]);
    const found = await odoo.client.read(MESSAGE, ids, ["body", "message_type"]);
    assert.deepEqual(found, [
      { id: ids[0], body: "<p>a</p>", message_type: "comment" },
      { id: ids[1], body: "<p>c</p>", message_type: "comment" },
    ]);
  }],
  ["an edit moves the comment's stamp, not its date and not the task's stamp", async (odoo) => {
    const task = await aTask(odoo);
    const message = await post(odoo, task, { body: "one", message_type: "comment" });
    const before = await fieldsOf(odoo, MESSAGE, message, "date", "create_date", "write_date");
    const taskBefore = await fieldsOf(odoo, TASK, task, "write_date");
    await secondAfter(odoo, before.write_date);
    await odoo.client.write(MESSAGE, [message], { body: "<p>two</p>" });
    const { body, write_date: stamp, ...rest } = await fieldsOf(
      odoo,
      MESSAGE,
      message,
      "body",
      "write_date",
      "date",
      "create_date",
    );
    assert.equal(body, "<p>two</p>");
    assert.ok(String(stamp) > String(before.write_date));
    assert.deepEqual(rest, { date: before.date, create_date: before.create_date });
    assert.deepEqual(await fieldsOf(odoo, TASK, task, "write_date"), taskBefore);
    const since = [["model", "=", TASK], ["res_id", "=", task], ["write_date", ">=", stamp]] as const;
    assert.deepEqual(await odoo.client.search(MESSAGE, since, { order: "write_date, id" }), [message]);
  }],
  ["neither a posted comment nor a deleted one moves the task's stamp", async (odoo) => {
    const task = await aTask(odoo);
    const before = await fieldsOf(odoo, TASK, task, "write_date");
    await secondAfter(odoo, before.write_date);
    const message = await post(odoo, task, { body: "one", message_type: "comment" });
    await odoo.client.call(MESSAGE, "unlink", { ids: [message] });
    assert.deepEqual(await fieldsOf(odoo, TASK, task, "write_date"), before);
  }],
  ["a deleted comment is gone, and a second deletion says so", async (odoo) => {
    const message = await post(odoo, await aTask(odoo), { body: "x", message_type: "comment" });
    const unlink = () => odoo.client.call(MESSAGE, "unlink", { ids: [message] });
    assert.equal(await unlink(), true);
    assert.deepEqual(await odoo.client.read(MESSAGE, [message], ["body"]), []);
    await failsWith(unlink(), "odoo_missing_record", { missingModel: MESSAGE, missingId: message });
  }],
  ["what the web client leaves of an edited and of a deleted comment is stored as it is", async (odoo) => {
    const message = await post(odoo, await aTask(odoo), { body: "x", message_type: "comment" });
    const bodies = [
      '<p>human<span class="o-mail-Message-edited"></span></p>',
      '<span class="o-mail-Message-edited"></span>',
      "",
    ];
    for (const body of bodies) {
      await odoo.client.write(MESSAGE, [message], { body });
      assert.deepEqual(await fieldsOf(odoo, MESSAGE, message, "body"), { body });
    }
  }],
  ["comments go with their task, and so do their external ids", async (odoo) => {
    const task = await aTask(odoo);
    const name = odoo.unique("comment");
    const row = [`contract.${name}`, TASK, String(task), "x"];
    const message = await one(odoo.client.load(MESSAGE, COLUMNS.slice(0, 4), [row]));
    assert.equal(await referenceTo(odoo, "contract", name), message);
    await odoo.client.call(TASK, "unlink", { ids: [task] });
    assert.deepEqual(await odoo.client.read(MESSAGE, [message], ["body"]), []);
    const reference = { module: "contract", xml_id: name };
    await failsWith(
      odoo.client.call("ir.model.data", "check_object_reference", reference),
      "odoo_bad_request",
    );
  }],
];
