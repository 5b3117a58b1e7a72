/** What Odoo points at and Plane has no counterpart for: said once, with what to do, and over when it is matched. */
import assert from "node:assert/strict";
import { documentScene } from "../support/document_scene.ts";
import { editOdoo, inPlane, type Pair, startPairIn } from "../support/both_ways/pair.ts";

const start = startPairIn({});

const events = async ({ world }: Pick<Pair, "world">) =>
  (await world.sql`select metadata ->> 'value' as value from ops.events where event_type like 'unmapped_%'`)
    .map(({ value }) => value);
const actions = async ({ world }: Pick<Pair, "world">) =>
  (await world.sql`select topic, subject, action from plane.v_next_actions`).map((row) => ({ ...row }));

Deno.test("a user of Odoo whom nobody in the Plane project stands for is reported once, until somebody does", async () => {
  const pair = await start();
  await using world = pair.world;
  const user = world.sandboxOdoo.addUser({ name: "Outsider", login: "outsider@example.test" });
  for (const name of ["One", "Two", "Three"]) {
    await editOdoo(pair, { name, user_ids: [[6, 0, [user]]] });
    await world.hintOdoo("project.task", pair.task);
  }
  const { name, assignees } = await inPlane(pair);
  assert.deepEqual([name, assignees], ["Three", []]);
  assert.deepEqual(await events(pair), [`res.users,${user}`]);
  const [action, ...more] = await actions(pair);
  assert.deepEqual([action?.topic, action?.subject, more], ["unmapped_user", "outsider@example.test", []]);
  assert.match(action?.action, new RegExp(pair.project));

  const members = await pair.plane.api("GET", `/projects/${pair.project}/members/`);
  const [member] = Object.values(members).map((one) => String(Object(one).id));
  await world.sql`
    insert into plane.sync_value_map (kind, plane_value, odoo_model, odoo_id, decided_by)
    values ('user', ${member ?? ""}, 'res.users', ${String(user)}, 'manual')`;
  await editOdoo(pair, { name: "Four" });
  await world.hintOdoo("project.task", pair.task);
  assert.deepEqual((await inPlane(pair)).assignees, [member]);
  assert.deepEqual(await actions(pair), []);
});

Deno.test("a state of a document that Plane does not have is reported once, with what to correct", async () => {
  await using scene = await documentScene(["sale.order"], { options: { state_map: { draft: "Somewhere" } } });
  const [order] = await scene.world.odoo.create("sale.order", [{ partner_id: await partnerOf(scene) }]);
  for (let looks = 0; looks < 3; looks += 1) await scene.look("sale.order", order ?? 0);
  assert.deepEqual(await events(scene), ["somewhere"]);
  const [action] = await actions(scene);
  assert.deepEqual([action?.topic, action?.subject], ["unmapped_state", "somewhere"]);
  assert.match(action?.action, /state_map/);
});

async function partnerOf({ world }: Pick<Pair, "world">): Promise<number> {
  const [id] = await world.odoo.create("res.partner", [{ name: "Azure Interior" }]);
  return id ?? 0;
}
