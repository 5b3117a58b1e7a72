import assert from "node:assert/strict";
import fixture from "../fixtures/odoo/html.json" with { type: "json" };

/**
 * The recorded HTML pairs against a real Odoo 19: what is written to a task, a project and a message reads back as
 * recorded. Needs ODOO_URL and ODOO_API_KEY.
 */
async function call(model: string, method: string, parameters: Record<string, unknown>): Promise<unknown> {
  const url = Deno.env.get("ODOO_URL") ?? assert.fail("ODOO_URL is not set");
  const key = Deno.env.get("ODOO_API_KEY") ?? assert.fail("ODOO_API_KEY is not set");
  const response = await fetch(`${url}/json/2/${model}/${method}`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `bearer ${key}` },
    body: JSON.stringify(parameters),
    signal: AbortSignal.timeout(60_000),
  });
  const answer: unknown = await response.json();
  assert.equal(response.status, 200, `${model}/${method}`);
  return answer;
}

function firstId(answer: unknown): number {
  const id: unknown = Array.isArray(answer) ? answer[0] : answer;
  return typeof id === "number" ? id : assert.fail("no id in the answer");
}

async function readBack(model: string, id: number, field: string): Promise<unknown> {
  const rows = await call(model, "read", { ids: [id], fields: [field] });
  return Array.isArray(rows) ? rows[0][field] : assert.fail("no rows in the answer");
}

Deno.test("Odoo stores the HTML of the recorded pairs and crossings as recorded", async () => {
  const name = `html ${crypto.randomUUID()}`;
  const project = firstId(await call("project.project", "create", { vals_list: [{ name }] }));
  const task = firstId(
    await call("project.task", "create", { vals_list: [{ name, project_id: project, user_ids: [] }] }),
  );
  const write = async (model: string, id: number, html: string) => {
    await call(model, "write", { ids: [id], vals: { description: html } });
    return await readBack(model, id, "description");
  };
  try {
    for (const pair of fixture.pairs) {
      assert.equal(await write("project.task", task, pair.input), pair.stored, pair.name);
    }
    for (const { name, sent, stored } of fixture.crossings) {
      assert.equal(await write("project.task", task, sent), stored["project.task.description"], name);
      assert.equal(
        await write("project.project", project, sent),
        stored["project.project.description"],
        name,
      );
      const message = firstId(
        await call("project.task", "message_post", {
          ids: [task],
          body: sent,
          body_is_html: true,
          subtype_xmlid: "mail.mt_note",
        }),
      );
      assert.equal(await readBack("mail.message", message, "body"), stored["mail.message.body"], name);
    }
  } finally {
    await call("project.task", "unlink", { ids: [task] });
    await call("project.project", "unlink", { ids: [project] });
  }
});
