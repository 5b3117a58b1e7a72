/** One field changed on both sides. */
import assert from "node:assert/strict";
import { type BothWaysCase, editOdoo, editPlane, inPlane, logged } from "./pair.ts";

export const CONFLICTS: readonly BothWaysCase[] = [
  ["with manual a field changed on both sides waits for a person, and the others go on", async (start) => {
    const pair = await start();
    await using world = pair.world;
    await world.sql`update plane.sync_config set conflict_resolution = 'manual' where plane_type = 'issue'`;
    await editOdoo(pair, { name: "Odoo's", priority: "2" });
    await editPlane(pair, { name: "Plane's" });
    await world.arrive();
    await world.hintOdoo("project.task", pair.task);
    const task = await world.partner("issue", pair.item);
    const item = await inPlane(pair);
    assert.deepEqual([task.name, item.name], ["Odoo's", "Plane's"]);
    assert.equal(item.priority, "high");
    const conflicts = await world
      .sql`select field, base, plane_value, odoo_value, status from plane.sync_conflict`;
    assert.deepEqual([...conflicts].map((row) => ({ ...row })), [
      { field: "name", base: "Start", plane_value: "Plane's", odoo_value: "Odoo's", status: "open" },
    ]);
    const [{ id } = { id: "" }] = await world.sql<{ id: string }[]>`select id from plane.sync_conflict`;
    await world.sql`select plane.resolve_conflict(${id}, '{"side": "odoo"}', 'ann')`;
    await world.drain();
    assert.equal((await inPlane(pair)).name, "Odoo's");
    const [{ status } = { status: "" }] = await world.sql<
      { status: string }[]
    >`select status from plane.sync_conflict`;
    assert.equal(status, "resolved");
  }],
  ["with latest_wins the later change wins, and the earlier one is in the log", async (start) => {
    const pair = await start(60_000);
    await using world = pair.world;
    await editPlane(pair, { name: "Earlier" });
    await editOdoo(pair, { name: "Later" });
    await world.arrive();
    await world.hintOdoo("project.task", pair.task);
    assert.equal((await inPlane(pair)).name, "Later");
    assert.equal((await world.partner("issue", pair.item)).name, "Later");
    assert.deepEqual(
      (await logged(pair)).filter(({ why }) => why.startsWith("conflict")).map((
        { field, why },
      ) => [field, why]),
      [
        ["name", "conflict_odoo_won"],
      ],
    );
  }],
];
