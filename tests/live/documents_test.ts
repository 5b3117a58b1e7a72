/** Orders, invoices and a model nobody wrote code for, from a real Odoo, shown in the sandbox Plane. */
import assert from "node:assert/strict";
import type { OdooClientConfig } from "../../shared/odoo/client.ts";
import {
  type DocumentScene,
  documentScene,
  makeInvoice,
  makeOrder,
  unique,
} from "../support/document_scene.ts";

const { ODOO_URL, ODOO_DB, ODOO_LOGIN, ODOO_API_KEY } = Deno.env.toObject();

const realOdoo = (protocol: "json2" | "jsonrpc"): OdooClientConfig => ({
  url: ODOO_URL ?? "",
  database: ODOO_DB ?? "",
  login: ODOO_LOGIN ?? "",
  apiKey: ODOO_API_KEY ?? "",
  protocol,
});

async function posted(scene: DocumentScene, invoice: number): Promise<void> {
  await scene.world.odoo.write("account.move", [invoice], { invoice_date: "2026-03-01" });
  await scene.act("account.move", "action_post", invoice);
  await scene.look("account.move", invoice);
}

for (const protocol of ["json2", "jsonrpc"] as const) {
  Deno.test(`${protocol}: an order is shown, followed and cancelled`, async () => {
    await using scene = await documentScene(["sale.order"], {}, { realOdoo: realOdoo(protocol) });
    const customer = `Azure <b>${unique()}</b>`;
    const order = await makeOrder(scene, customer);
    await scene.look("sale.order", order);
    const { id, name, description_html: html } = await scene.item();
    assert.match(String(name), /^S\d+: Azure <b>/);
    assert.match(String(html), /Quotation, \d{4}-\d{2}-\d{2}.*&lt;b&gt;.*Valid until \d{4}-/s);
    const url = `${ODOO_URL}/odoo/sale.order/${order}`;
    assert.deepEqual((await scene.links(id)).map((link) => link.url), [url]);
    assert.equal((await fetch(url, { redirect: "manual" })).status < 400, true);
    await scene.act("sale.order", "action_confirm", order);
    await scene.look("sale.order", order);
    assert.equal(await scene.stateName(id), "In Progress");
    await scene.act("sale.order", "action_cancel", order);
    await scene.look("sale.order", order);
    assert.equal(await scene.stateName(id), "Cancelled");
    const before = scene.plane.requests.length;
    await scene.look("sale.order", order);
    assert.equal(scene.plane.requests.length, before);
  });

  Deno.test(`${protocol}: an invoice gets its number when it is posted, and is done when it is paid`, async () => {
    const options = { amounts: true, title_template: "{name}: {amount_total} {currency}" };
    const realOdooOptions = { realOdoo: realOdoo(protocol) };
    await using scene = await documentScene(["account.move"], { options }, realOdooOptions);
    const invoice = await makeInvoice(scene, `Deco ${unique()}`);
    await scene.look("account.move", invoice);
    const { id, name } = await scene.item();
    assert.match(String(name), /^Draft Invoice.*: \d+\.\d\d [A-Z]{3}$/);
    await posted(scene, invoice);
    assert.match(String((await scene.item()).name), /^INV\/2026\/\d+: /);
    assert.equal(await scene.stateName(id), "In Progress");
    const context = { active_model: "account.move", active_ids: [invoice] };
    const [payment] = await scene.world.odoo.create("account.payment.register", [{}], { context });
    const call = { context };
    await scene.world.odoo.call(
      "account.payment.register",
      "action_create_payments",
      { ids: [payment] },
      call,
    );
    await scene.look("account.move", invoice);
    assert.equal(await scene.stateName(id), "Done");
  });

  Deno.test(`${protocol}: a vendor bill stays out`, async () => {
    await using scene = await documentScene(["account.move"], {}, { realOdoo: realOdoo(protocol) });
    await scene.look("account.move", await makeInvoice(scene, `Wood ${unique()}`, "in_invoice"));
    assert.deepEqual(await scene.items(), []);
  });

  Deno.test(`${protocol}: contacts are paired with work items by field mappings alone, both ways`, async () => {
    await using scene = await documentScene(
      ["res.partner"],
      {
        direction: "bidirectional",
        field_mappings: {
          name: "name",
          description: "comment",
          assignees: "user_id",
          archived: "active",
          link: "website",
        },
        options: { create_in_odoo: true, link_in_odoo: true },
      },
      { realOdoo: realOdoo(protocol) },
    );
    const { odoo } = scene.world;
    const [contact] = await odoo.create("res.partner", [{
      name: `Contact ${unique()}`,
      comment: "<p>Met in <b>Rome</b></p>",
    }]);
    assert(contact !== undefined);
    await scene.look("res.partner", contact);
    const { id, description_html } = await scene.item();
    assert.match(String(description_html), /<(b|strong)>Rome/);
    const renamed = `Renamed ${unique()}`;
    await scene.editItem(id, { name: renamed });
    const read = async (of: number, fields: string[]) => (await odoo.read("res.partner", [of], fields))[0];
    const { name, website } = await read(contact, ["name", "website"]) ?? {};
    assert.deepEqual([name, String(website).endsWith(`/issues/${id}`)], [renamed, true]);
    const notes = await odoo.searchRead("mail.message", [
      ["model", "=", "res.partner"],
      ["res_id", "=", contact],
      ["body", "like", String(id)],
    ], ["message_type", "is_internal"]);
    assert.deepEqual(notes.map(({ message_type, is_internal }) => [message_type, is_internal]), [[
      "notification",
      true,
    ]]);

    const made = `From Plane ${unique()}`;
    await scene.plane.api("POST", `/projects/${scene.project}/work-items/`, { name: made });
    await scene.world.arrive();
    assert.equal((await odoo.search("res.partner", [["name", "=", made]])).length, 1);
  });
}

Deno.test("json2: a task keeps the address and number of its work item in fields made over the API", async () => {
  await using scene = await documentScene([], {}, { realOdoo: realOdoo("json2") });
  const { odoo, sql } = scene.world;
  const [model] = await odoo.search("ir.model", [["model", "=", "project.task"]]);
  const names = { link: `x_plane_url_${unique()}`, identifier: `x_plane_number_${unique()}` };
  const fields = await odoo.create(
    "ir.model.fields",
    Object.values(names).map((name) => ({ name, model_id: model, ttype: "char", field_description: name })),
  );
  try {
    await sql`
      update plane.sync_config set field_mappings = field_mappings || ${sql.json(names)}
      where odoo_model = 'project.task'`;
    await scene.plane.api("POST", `/projects/${scene.project}/work-items/`, { name: `Item ${unique()}` });
    await scene.world.arrive();
    const item = await scene.item();
    const task = await scene.world.partner("issue", String(item.id));
    const [record] = await odoo.read("project.task", [task.id], Object.values(names));
    assert.equal(record?.[names.identifier], `BACK-${item.sequence_id}`);
    assert.equal(String(record?.[names.link]).endsWith(`/issues/${item.id}`), true);
  } finally {
    await odoo.call("ir.model.fields", "unlink", { ids: fields });
  }
});
