/** A decision by hand that names something Odoo does not have any more. */
import assert from "node:assert/strict";
import { editPlane, startPairIn } from "../support/both_ways/pair.ts";

const start = startPairIn({});

Deno.test("a person mapped by hand to a user who is gone holds up nothing else of the record", async () => {
  const pair = await start();
  await using world = pair.world;
  const { id } = pair.plane.users.alice;
  await world.sql`
    insert into plane.sync_value_map (kind, plane_value, odoo_model, odoo_id, decided_by)
    values ('user', ${id}, 'res.users', '999', 'manual')`;
  await editPlane(pair, { assignees: [id], name: "Renamed" });
  await world.arrive();
  assert.equal((await world.partner("issue", pair.item)).name, "Renamed");
  const events = await world
    .sql`select metadata -> 'fields' as fields from ops.events where event_type = 'refused'`;
  assert.deepEqual(events.map(({ fields }) => fields), [["assignees"]]);

  const user = world.sandboxOdoo.addUser({ name: "Alice", login: "alice.new" });
  await world.sql`update plane.sync_value_map set odoo_id = ${String(user)} where plane_value = ${id}`;
  await world.letRefusedRest();
  await world.drain();
  assert.deepEqual((await world.partner("issue", pair.item)).user_ids, [user]);
});
