/** Records that are made and deleted in Odoo. */
import assert from "node:assert/strict";
import { relatedId } from "../../../shared/sync/lenses/lens.ts";
import { type BothWaysCase, editOdoo, editPlane, inPlane, type Values } from "./pair.ts";

export const RECORDS: readonly BothWaysCase[] = [
  ["a task made in Odoo becomes one work item, and its announcement no second task", async (start) => {
    const pair = await start();
    await using world = pair.world;
    const project = Number((await world.partner("project", pair.project)).id);
    const [task] = await world.odoo.create("project.task", [{
      name: "Made in Odoo",
      project_id: project,
      priority: "3",
      user_ids: [],
    }]);
    assert(task !== undefined);
    await world.hintOdoo("project.task", task);
    await world.arrive();
    await world.hintOdoo("project.task", task);
    const { results } = await pair.plane.api("GET", `/projects/${pair.project}/work-items/`);
    const items = (results as Values[]).filter(({ name }) => name === "Made in Odoo");
    assert.equal(items.length, 1);
    assert.deepEqual([items[0]?.priority, items[0]?.external_source], ["urgent", "odoo"]);
    const tasks = await world.odoo.search("project.task", [["project_id", "=", project]], {}, {
      context: { active_test: false },
    });
    assert.equal(tasks.length, 2);
    const [mapping] = await world.sql`
    select origin, odoo_id, status from plane.sync_mappings where plane_id = ${String(items[0]?.id)}`;
    assert.deepEqual({ ...mapping }, { origin: "odoo", odoo_id: String(task), status: "active" });
  }],
  ["a project made in Odoo becomes a project in Plane, and its tasks follow", async (start) => {
    const pair = await start();
    await using world = pair.world;
    const [project] = await world.odoo.create("project.project", [{ name: "From Odoo" }]);
    const [task] = await world.odoo.create("project.task", [{
      name: "First",
      project_id: project,
      user_ids: [],
    }]);
    assert(task !== undefined);
    await world.hintOdoo("project.task", task);
    const { results } = await pair.plane.api("GET", "/projects/");
    const made = (results as Values[]).find(({ name }) => name === "From Odoo");
    assert.equal(made?.identifier, "FROMODO");
    const items = await pair.plane.api("GET", `/projects/${made?.id}/work-items/`);
    assert.deepEqual((items.results as Values[]).map(({ name }) => name), ["First"]);
    await world.arrive();
    const [stored] = await world.odoo.read("project.task", [task], ["stage_id"]);
    assert.notEqual(stored?.stage_id, false, "made in no column, it gets that of its item's state");
  }],
  ["a deleted mapping is made again to the same record, from either side", async (start) => {
    const pair = await start();
    await using world = pair.world;
    for (const side of ["plane", "odoo"]) {
      await world.sql`delete from plane.sync_mappings where plane_id = ${pair.item}`;
      if (side === "odoo") await editOdoo(pair, { name: `Renamed in ${side}` });
      else await editPlane(pair, { name: `Renamed in ${side}` });
      await world.arrive();
      if (side === "odoo") await world.hintOdoo("project.task", pair.task);
      const [mapping] = await world.sql`
        select odoo_id, status from plane.sync_mappings where plane_id = ${pair.item}`;
      assert.deepEqual({ ...mapping }, { odoo_id: String(pair.task), status: "active" }, side);
      // Nothing is known to be agreed on any more, so the policy decides; what counts is that it is the same pair.
      const [task] = await world.odoo.read("project.task", [pair.task], ["name", "project_id"]);
      assert.equal((await inPlane(pair)).name, task?.name, side);
      const tasks = await world.odoo.search("project.task", [
        ["name", "=", String(task?.name)],
        ["project_id", "=", relatedId(task?.project_id)],
      ]);
      assert.deepEqual(tasks, [pair.task], side);
    }
  }],
  ["deleting the task in Odoo archives the work item, unless it was edited since", async (start) => {
    const pair = await start();
    await using world = pair.world;
    await world.odoo.call("project.task", "unlink", { ids: [pair.task] });
    await world.hintOdoo("project.task", pair.task);
    await assert.rejects(inPlane(pair), "archived");

    const other = await start();
    await using otherWorld = other.world;
    await other.world.odoo.call("project.task", "unlink", { ids: [other.task] });
    await editPlane(other, { name: "Still needed" });
    await otherWorld.arrive();
    await otherWorld.hintOdoo("project.task", other.task);
    assert.equal((await inPlane(other)).name, "Still needed");
  }],
  ["a work item deleted without a word is found out by the next edit in Odoo, which stays", async (start) => {
    const pair = await start();
    await using world = pair.world;
    // Community editions of Plane announce no deletion.
    pair.plane.web.deleteWorkItem(pair.plane.users.alice, pair.item);
    await world.arrive();
    await editOdoo(pair, { name: "Still needed" });
    await world.hintOdoo("project.task", pair.task);
    const task = await world.partner("issue", pair.item);
    assert.deepEqual([task.name, task.active], ["Still needed", true]);
    const [row] = await world.sql`select status, last_error from plane.sync_queue where status = 'failed'`;
    assert.equal(row, undefined, "nothing is given up");
    const [pairRow] = await world.sql`select status from plane.sync_mappings where plane_id = ${pair.item}`;
    assert.equal(pairRow?.status, "archived");
  }],
];
