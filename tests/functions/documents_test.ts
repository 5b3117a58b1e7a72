/** Orders and invoices of Odoo as work items: over real SQL and the sandboxes of both servers. */
import assert from "node:assert/strict";
import { documentScene, makeInvoice, makeOrder } from "../support/document_scene.ts";

Deno.test("an order becomes one work item that says what it is and links back", async () => {
  await using scene = await documentScene(["sale.order"]);
  const order = await makeOrder(scene, "Azure Interior");
  await scene.look("sale.order", order);
  await scene.look("sale.order", order);
  const item = await scene.item();
  assert.equal(item.name, `S${String(order).padStart(5, "0")}: Azure Interior`);
  const url = `${scene.world.sandboxOdoo.url}/odoo/sale.order/${order}`;
  assert.match(String(item.description_html), /Quotation/);
  assert.ok(String(item.description_html).includes(`href="${url}"`), String(item.description_html));
  assert.equal(await scene.stateName(item.id), "Todo");
  assert.deepEqual(
    [item.external_source, item.external_id],
    ["odoo", `sale.order,${order}`],
  );
  const links = (await scene.links(item.id)).map(({ title, url }) => ({ title, url }));
  assert.deepEqual(links, [{ title: `Odoo: ${item.name}`, url }]);
});

Deno.test("its state follows the order until it is cancelled", async () => {
  await using scene = await documentScene(["sale.order"]);
  const order = await makeOrder(scene, "Azure Interior");
  await scene.look("sale.order", order);
  const { id } = await scene.item();
  await scene.act("sale.order", "action_confirm", order);
  await scene.look("sale.order", order);
  assert.equal(await scene.stateName(id), "In Progress");
  await scene.act("sale.order", "action_cancel", order);
  await scene.look("sale.order", order);
  assert.equal(await scene.stateName(id), "Cancelled");
});

Deno.test("an invoice is completed by its payment, and gets its number when it is posted", async () => {
  await using scene = await documentScene(["account.move"]);
  const { world } = scene;
  const invoice = await makeInvoice(scene, "Deco Addict");
  await scene.look("account.move", invoice);
  const { id, name } = await scene.item();
  assert.match(String(name), /^Draft Invoice.*: Deco Addict$/);
  await scene.act("account.move", "action_post", invoice);
  await scene.look("account.move", invoice);
  assert.match(String((await scene.item()).name), /^INV\/\d{4}\/\d+: Deco Addict$/);
  assert.equal(await scene.stateName(id), "In Progress");
  const context = { active_model: "account.move", active_ids: [invoice] };
  const [payment] = await world.odoo.create("account.payment.register", [{}], { context });
  await world.odoo.call("account.payment.register", "action_create_payments", { ids: [payment] }, {
    context,
  });
  await scene.look("account.move", invoice);
  assert.equal(await scene.stateName(id), "Done");
});

Deno.test("bills and journal entries stay out unless they are asked for", async () => {
  await using scene = await documentScene(["account.move"]);
  const bill = await makeInvoice(scene, "Wood Corner", "in_invoice");
  await scene.look("account.move", bill);
  assert.deepEqual(await scene.items(), []);
  await scene.world.sql`
    update plane.sync_config set options = options || '{"move_types": ["in_invoice"]}'
    where odoo_model = 'account.move'`;
  await scene.look("account.move", bill);
  assert.match(String((await scene.item()).name), /Wood Corner/);
});

Deno.test("what a person changes in the work item stays until the document changes", async () => {
  await using scene = await documentScene(["sale.order"]);
  const order = await makeOrder(scene, "Azure Interior");
  await scene.look("sale.order", order);
  const { id, name } = await scene.item();
  await scene.editItem(id, { name: "Call them first", priority: "high" });
  await scene.look("sale.order", order);
  assert.equal((await scene.item()).name, "Call them first");
  await scene.world.odoo.write("res.partner", [await partnerOf(scene, order)], { name: "Azure Exterior" });
  await scene.look("sale.order", order);
  const item = await scene.item();
  assert.equal(item.name, String(name).replace("Interior", "Exterior"));
  assert.equal(item.priority, "high");
});

Deno.test("an order whose names are markup is shown as text", async () => {
  await using scene = await documentScene(["sale.order"]);
  const hostile = `"><img src=x onerror=alert(1)><script>alert(2)</script>{name}`;
  await scene.look("sale.order", await makeOrder(scene, hostile));
  const { description_html: html, name } = await scene.item();
  assert.doesNotMatch(String(html), /<(img|script)/);
  assert.match(String(html), /&lt;img src=x/);
  assert.ok(String(name).endsWith(hostile));
});

Deno.test("amounts are neither shown nor asked for unless they are switched on", async () => {
  const options = { title_template: "{name} {amount_total} {currency}" };
  await using hidden = await documentScene(["sale.order"], { options });
  const order = await makeOrder(hidden, "Azure Interior");
  await hidden.look("sale.order", order);
  const { name, description_html: html } = await hidden.item();
  assert.doesNotMatch(`${name} ${html}`, /250/);
  await using shown = await documentScene(["sale.order"], { options: { ...options, amounts: true } });
  await shown.look("sale.order", await makeOrder(shown, "Azure Interior"));
  assert.match(String((await shown.item()).name), / 250\.00 [A-Z]{3}$/);
});

Deno.test("a state map names states or groups", async () => {
  const options = { state_map: { draft: "backlog", sale: "In Progress" } };
  await using scene = await documentScene(["sale.order"], { options });
  const order = await makeOrder(scene, "Azure Interior");
  await scene.look("sale.order", order);
  const { id } = await scene.item();
  assert.equal(await scene.stateName(id), "Backlog");
  await scene.act("sale.order", "action_confirm", order);
  await scene.look("sale.order", order);
  assert.equal(await scene.stateName(id), "In Progress");
});

Deno.test("a state nobody has in Plane is named once, and the rest arrives", async () => {
  await using scene = await documentScene(["sale.order"], { options: { state_map: { draft: "Somewhere" } } });
  await scene.look("sale.order", await makeOrder(scene, "Azure Interior"));
  assert.match(String((await scene.item()).name), /Azure Interior/);
  const [event] = await scene.world.sql`
    select metadata from ops.events where event_type = 'unmapped_state'`;
  assert.equal(event?.metadata.value, "somewhere");
});

Deno.test("without a Plane project nothing is made", async () => {
  await using scene = await documentScene(["sale.order"], { options: { plane_project: null } });
  await scene.look("sale.order", await makeOrder(scene, "Azure Interior"));
  assert.deepEqual(await scene.items(), []);
  const open = await scene.world.sql`select status from plane.sync_queue where status <> 'completed'`;
  assert.deepEqual([...open], []);
});

Deno.test("a work item a person makes in the documents' project becomes nothing in Odoo", async () => {
  await using scene = await documentScene(["sale.order", "account.move"]);
  await scene.plane.api("POST", `/projects/${scene.project}/work-items/`, { name: "A note of ours" });
  await scene.world.arrive();
  assert.deepEqual(scene.world.sandboxOdoo.records("sale.order"), []);
  assert.deepEqual(scene.world.sandboxOdoo.records("project.task"), []);
});

Deno.test("after the mapping was deleted the same work item is linked again", async () => {
  await using scene = await documentScene(["sale.order", "account.move"]);
  const order = await makeOrder(scene, "Azure Interior");
  await scene.look("sale.order", order);
  const { id } = await scene.item();
  await scene.world.sql`delete from plane.sync_mappings where source_id = ${String(order)}`;
  await scene.act("sale.order", "action_confirm", order);
  await scene.look("sale.order", order);
  assert.equal((await scene.item()).id, id);
  assert.equal(await scene.stateName(id), "In Progress");
});

Deno.test("a worker that dies after making the work item leaves one item with one link", async () => {
  await using scene = await documentScene(["sale.order"]);
  const order = await makeOrder(scene, "Azure Interior");
  // What it left behind: the item is there, and nobody knows of it.
  const { id } = await scene.plane.api("POST", `/projects/${scene.project}/work-items/`, {
    name: "Half made",
    external_source: "odoo",
    external_id: `sale.order,${order}`,
  });
  const url = `${scene.world.sandboxOdoo.url}/odoo/sale.order/${order}`;
  await scene.plane.api("POST", `/projects/${scene.project}/work-items/${id}/links/`, { title: "Odoo", url });
  await scene.world.arrive();
  await scene.look("sale.order", order);
  await scene.look("sale.order", order);
  const item = await scene.item();
  assert.match(String(item.name), /Azure Interior/);
  assert.equal((await scene.links(item.id)).length, 1);
  assert.deepEqual(scene.world.log.filter(({ event }) => event === "after_write_failed"), []);
});

Deno.test("an order deleted in Odoo has its work item archived", async () => {
  await using scene = await documentScene(["sale.order"]);
  const order = await makeOrder(scene, "Azure Interior");
  await scene.look("sale.order", order);
  const { id } = await scene.item();
  await scene.world.odoo.call("sale.order", "unlink", { ids: [order] });
  await scene.look("sale.order", order);
  assert.deepEqual(await scene.items(), []);
  const mappings = await scene.world.sql`select status from plane.sync_mappings where plane_id = ${
    String(id)
  }`;
  assert.deepEqual([...mappings], [{ status: "archived" }]);
});

Deno.test("the echo of our own writes costs no call, and a look that finds nothing writes nothing", async () => {
  await using scene = await documentScene(["sale.order"]);
  const order = await makeOrder(scene, "Azure Interior");
  await scene.look("sale.order", order);
  const before = scene.plane.requests.length;
  await scene.look("sale.order", order);
  assert.deepEqual(scene.plane.requests.slice(before), []);
});

Deno.test("options.link_in_plane false leaves no link", async () => {
  await using scene = await documentScene(["sale.order"], { options: { link_in_plane: false } });
  await scene.look("sale.order", await makeOrder(scene, "Azure Interior"));
  assert.deepEqual(await scene.links((await scene.item()).id), []);
});

async function partnerOf(
  { world }: Pick<Awaited<ReturnType<typeof documentScene>>, "world">,
  order: number,
): Promise<number> {
  const [record] = await world.odoo.read("sale.order", [order], ["partner_id"]);
  const partner = record?.partner_id;
  assert(Array.isArray(partner));
  return Number(partner[0]);
}
