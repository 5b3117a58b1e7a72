/** A decision that a side refuses to take: the conflict it was to end is not over. */
import assert from "node:assert/strict";
import { editOdoo, editPlane, inPlane, type Pair, startPairIn } from "../support/both_ways/pair.ts";

const start = startPairIn({});

async function addItem({ plane, project, world }: Pair, name: string): Promise<[string, number]> {
  const { id } = await plane.api("POST", `/projects/${project}/work-items/`, { name });
  await world.arrive();
  return [String(id), Number((await world.partner("issue", String(id))).id)];
}

async function conflicts({ world }: Pair) {
  return await world.sql<{ id: string; field: string; status: string; created_at: string }[]>`
    select id, field, status, created_at::text from plane.sync_conflict`;
}

Deno.test("a conflict whose decision Odoo refuses stays open with its age, and is over once the decision is carried out", async () => {
  const pair = await start();
  await using world = pair.world;
  await world.sql`update plane.sync_config set conflict_resolution = 'manual' where plane_type = 'issue'`;
  const [planes, planesTask] = await addItem(pair, "Plane's parent");
  const [, odoos] = await addItem(pair, "Odoo's parent");
  await editOdoo(pair, { parent_id: odoos });
  await editPlane(pair, { parent: planes });
  await world.arrive();
  await world.hintOdoo("project.task", pair.task);
  const [opened] = await conflicts(pair);
  assert.deepEqual([opened?.field, opened?.status], ["parent", "open"]);

  // Odoo refuses the parent for now: it would be a circle, and nobody has said so.
  await world.odoo.write("project.task", [planesTask], { parent_id: pair.task });
  await world.sql`select plane.resolve_conflict(${opened?.id ?? ""}, '{"side": "plane"}', 'ann')`;
  await world.drain();
  assert.deepEqual([...await conflicts(pair)], [opened]);
  assert.deepEqual((await world.partner("issue", pair.item)).parent_id, [odoos, "Odoo's parent"]);

  await world.odoo.write("project.task", [planesTask], { parent_id: false });
  await world.letRefusedRest();
  await world.drain();
  assert.deepEqual((await world.partner("issue", pair.item)).parent_id, [planesTask, "Plane's parent"]);
  assert.equal((await inPlane(pair)).parent, planes);
  const [over, ...more] = await conflicts(pair);
  assert.deepEqual([over, more], [{ ...opened, status: "resolved" }, []]);
});
