/** What changes in a pair on one side, or on both, without contradiction. */
import assert from "node:assert/strict";
import { haveUsers } from "../edit_script_people.ts";
import { type BothWaysCase, editOdoo, editPlane, inPlane, stageId, stateName } from "./pair.ts";

export const FIELDS: readonly BothWaysCase[] = [
  ["every field changed in Odoo is in Plane", async (start) => {
    const pair = await start();
    await using world = pair.world;
    const { email } = pair.plane.users.alice;
    await haveUsers(world.odoo, [email]);
    const [alice] = await world.odoo.search("res.users", [["login", "=", email]]);
    const parent = String(
      (await pair.plane.api("POST", `/projects/${pair.project}/work-items/`, { name: "Parent" })).id,
    );
    await world.arrive();
    const [tag] = await world.odoo.create("project.tags", [{ name: `urgent ${pair.unique}` }]);
    await editOdoo(pair, {
      name: "Renamed",
      description: "<p>Written in <b>Odoo</b></p>",
      priority: "2",
      stage_id: await stageId(pair, "In Progress"),
      user_ids: [[6, 0, [alice]]],
      tag_ids: [[6, 0, [tag]]],
      date_deadline: "2026-12-24 12:00:00",
      parent_id: Number((await world.partner("issue", parent)).id),
    });
    await world.hintOdoo("project.task", pair.task);
    const item = await inPlane(pair);
    assert.equal(item.name, "Renamed");
    assert.match(String(item.description_html), /Written in <(b|strong)>Odoo/);
    assert.equal(item.priority, "high");
    assert.equal(await stateName(pair), "In Progress");
    assert.deepEqual(item.assignees, [pair.plane.users.alice.id]);
    const { results } = await pair.plane.api("GET", `/projects/${pair.project}/labels/`);
    assert.deepEqual(
      (results as { id: string; name: string }[]).filter(({ id }) => (item.labels as string[]).includes(id))
        .map((
          { name },
        ) => name),
      [`urgent ${pair.unique}`],
    );
    assert.equal(item.target_date, "2026-12-24");
    assert.equal(item.parent, parent);
  }],
  ["edits of different fields on both sides are both kept", async (start) => {
    const pair = await start();
    await using world = pair.world;
    await editOdoo(pair, { name: "Odoo's name" });
    await editPlane(pair, { priority: "urgent" });
    await world.arrive();
    await world.hintOdoo("project.task", pair.task);
    const task = await world.partner("issue", pair.item);
    const item = await inPlane(pair);
    assert.deepEqual([task.name, task.priority], ["Odoo's name", "3"]);
    assert.deepEqual([item.name, item.priority], ["Odoo's name", "urgent"]);
  }],
  ["after everything has settled, echoes cause neither a write nor a change", async (start) => {
    const pair = await start();
    await using world = pair.world;
    await editOdoo(pair, { name: "From Odoo" });
    await world.hintOdoo("project.task", pair.task);
    const requests = pair.plane.requests.length;
    const calls = world.odooRequests();
    await world.arrive();
    assert.equal(
      pair.plane.requests.length,
      requests,
      "an announcement of our own write costs no call to Plane",
    );
    assert.equal(world.odooRequests(), calls, "nor to Odoo");
    await world.hintOdoo("project.task", pair.task);
    assert.equal(pair.plane.requests.length, requests);
    assert.equal(world.odooRequests(), calls + 1, "a hint of Odoo's costs one reading");
  }],
  ["closing a task where it stands closes the work item, and reopening opens it again", async (start) => {
    const pair = await start();
    await using world = pair.world;
    await editOdoo(pair, { state: "1_done" });
    await world.hintOdoo("project.task", pair.task);
    assert.equal(await stateName(pair), "Done");
    await world.arrive();
    await editOdoo(pair, { state: "01_in_progress" });
    await world.hintOdoo("project.task", pair.task);
    assert.notEqual(await stateName(pair), "Done");
  }],
  ["a task that is reopened and moved to another column at once is where that column says", async (start) => {
    const pair = await start();
    await using world = pair.world;
    await editOdoo(pair, { stage_id: await stageId(pair, "Cancelled"), state: "1_canceled" });
    await world.hintOdoo("project.task", pair.task);
    assert.equal(await stateName(pair), "Cancelled");
    await world.arrive();
    await editOdoo(pair, { stage_id: await stageId(pair, "Done"), state: "01_in_progress" });
    await world.hintOdoo("project.task", pair.task);
    assert.equal(await stateName(pair), "Done");
  }],
  ["archiving in Odoo archives in Plane, and back", async (start) => {
    const pair = await start();
    await using world = pair.world;
    await editOdoo(pair, { active: false });
    await world.hintOdoo("project.task", pair.task);
    await assert.rejects(inPlane(pair), "an archived item is hidden");
    await editOdoo(pair, { active: true });
    await world.hintOdoo("project.task", pair.task);
    assert.equal((await inPlane(pair)).name, "Start");
  }],
  ["labels and assignees added on both sides are joined", async (start) => {
    const pair = await start();
    await using world = pair.world;
    const label = await pair.plane.api("POST", `/projects/${pair.project}/labels/`, {
      name: `plane's ${pair.unique}`,
    });
    const [tag] = await world.odoo.create("project.tags", [{ name: `odoo's ${pair.unique}` }]);
    await editPlane(pair, { labels: [label.id] });
    await editOdoo(pair, { tag_ids: [[6, 0, [tag]]] });
    await world.arrive();
    await world.hintOdoo("project.task", pair.task);
    const task = await world.partner("issue", pair.item);
    assert.equal((task.tag_ids as number[]).length, 2);
    assert.equal(((await inPlane(pair)).labels as string[]).length, 2);
    await editOdoo(pair, { tag_ids: [[6, 0, [tag]]] });
    await world.hintOdoo("project.task", pair.task);
    assert.equal(((await inPlane(pair)).labels as string[]).length, 1, "what Odoo takes away goes in Plane");
  }],
];
