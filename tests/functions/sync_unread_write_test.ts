/** A write that could not be read back: what is known of it, and what is not. */
import assert from "node:assert/strict";
import { editPlane, startPairIn } from "../support/both_ways/pair.ts";

const start = startPairIn({});

Deno.test("a write that nobody could read back is not reported as stored otherwise", async () => {
  const pair = await start();
  await using world = pair.world;
  const write = world.odoo.write.bind(world.odoo);
  world.odoo.write = async (...given) => {
    world.odoo.write = write;
    const written = await write(...given);
    world.sandboxOdoo.faults.add({ kind: "server_error", model: "project.task", method: "read" });
    return written;
  };
  await editPlane(pair, { name: "Renamed", priority: "urgent", description_html: "<p>Text</p>" });
  await world.arrive();
  assert.equal(world.sandboxOdoo.faults.left, 0, "the reading back failed");
  await world.sql`update plane.sync_queue set next_attempt_at = now()`;
  await world.drain();
  const task = await world.partner("issue", pair.item);
  assert.deepEqual([task.name, task.priority], ["Renamed", "3"]);
  const events = await world
    .sql`select message, metadata from ops.events where event_type = 'stored_otherwise'`;
  assert.deepEqual([...events], []);
});
