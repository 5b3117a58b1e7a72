/** Cycles and modules of the sandbox Plane in a real Odoo, over both protocols, with the tasks of their members. */
import assert from "node:assert/strict";
import type { OdooClientConfig } from "../../shared/odoo/client.ts";
import { planningScene } from "../support/planning_scene.ts";

const { ODOO_URL, ODOO_DB, ODOO_LOGIN, ODOO_API_KEY } = Deno.env.toObject();

function realOdoo(protocol: "json2" | "jsonrpc"): OdooClientConfig {
  return {
    url: ODOO_URL ?? "",
    database: ODOO_DB ?? "",
    login: ODOO_LOGIN ?? "",
    apiKey: ODOO_API_KEY ?? "",
    protocol,
  };
}

for (const protocol of ["json2", "jsonrpc"] as const) {
  Deno.test(`${protocol}: a cycle is a milestone whose tasks come and go, sub-tasks apart`, async () => {
    await using scene = await planningScene({
      realOdoo: realOdoo(protocol),
      timeZone: "America/Los_Angeles",
    });
    const parent = await scene.make("work-items/", { name: "parent" });
    const [inside, outside] = [
      await scene.make("work-items/", { name: "inside", parent }),
      await scene.make("work-items/", { name: "outside", parent }),
    ];
    const id = await scene.make("cycles/", {
      name: "Sprint",
      start_date: "2090-01-01",
      end_date: "2090-01-14",
      project_id: scene.project,
    });
    await scene.make(`cycles/${id}/cycle-issues/`, { issues: [parent, inside] });
    await scene.arrive();
    const project = await scene.partner("project", scene.project, ["allow_milestones"]);
    assert.equal(project.allow_milestones, true);
    const fields = ["name", "project_id", "deadline", "is_reached"];
    const { id: milestone, ...made } = await scene.partner("cycle", id, fields);
    assert.deepEqual(made, {
      name: "Sprint",
      project_id: [project.id, scene.projectName],
      deadline: "2090-01-14",
      is_reached: false,
    });
    const seen = async () => {
      const found = [];
      for (const item of [parent, inside, outside]) {
        const { milestone_id: related } = await scene.task(item, "milestone_id");
        found.push(Array.isArray(related) ? related[0] : related);
      }
      return found;
    };
    assert.deepEqual(await seen(), [milestone, milestone, false]);
    const below = await scene.make("work-items/", { name: "made later", parent });
    await scene.arrive();
    assert.equal((await scene.task(below, "milestone_id")).milestone_id, false);
    await scene.remove(`cycles/${id}/cycle-issues/${parent}/`);
    await scene.hint("cycle", id);
    assert.deepEqual(await seen(), [false, milestone, false]);
    await scene.change(`cycles/${id}/`, {
      name: "Done",
      start_date: "2020-01-01",
      end_date: "2020-01-14",
    });
    await scene.arrive();
    const changed = await scene.partner("cycle", id, fields);
    assert.deepEqual([changed.name, changed.deadline, changed.is_reached], ["Done", "2020-01-14", true]);
    await scene.change(`cycles/${id}/`, { end_date: "2090-01-14" });
    await scene.arrive();
    assert.equal((await scene.partner("cycle", id, fields)).is_reached, false);
    await scene.remove(`cycles/${id}/`);
    await scene.hint("cycle", id, true);
    assert.equal((await scene.partner("cycle", id, fields)).is_reached, true);
    assert.deepEqual(await seen(), [false, milestone, false]);
  });

  for (const moduleAs of ["project", "tag"]) {
    Deno.test(`${protocol}: a module that is a ${moduleAs} marks its members with a tag of its own`, async () => {
      await using scene = await planningScene({ realOdoo: realOdoo(protocol), moduleAs });
      const item = await scene.make("work-items/", { name: "member" });
      const id = await scene.make("modules/", {
        name: "Checkout",
        description: "text",
        status: "in-progress",
      });
      await scene.make(`modules/${id}/module-issues/`, { issues: [item] });
      await scene.arrive();
      const title = `${scene.projectName} / Checkout`;
      const tags = async () => {
        const { tag_ids: ids } = await scene.task(item, "tag_ids");
        const read = await scene.world.odoo.read("project.tags", ids as number[], ["name"]);
        return read.map(({ name }) => name);
      };
      assert.deepEqual(await tags(), [title]);
      if (moduleAs === "project") {
        const fields = ["name", "description", "last_update_status", "user_id"];
        const { id: _id, ...project } = await scene.partner("module", id, fields);
        assert.deepEqual(project, {
          name: title,
          description: "<p>text</p>",
          last_update_status: "on_track",
          user_id: false,
        });
        await scene.change(`modules/${id}/`, { status: "paused" });
        await scene.arrive();
        assert.equal((await scene.partner("module", id, fields)).last_update_status, "on_hold");
      }
      await scene.change(`modules/${id}/`, { name: "Basket" });
      await scene.arrive();
      assert.deepEqual(await tags(), [`${scene.projectName} / Basket`]);
      const task = String((await scene.task(item, "name")).id);
      await scene.world.sql`select plane.enqueue_sync('odoo', ${task}, 'project.task')`;
      await scene.world.drain();
      const { total_count: labels } = await scene.plane.api("GET", `/projects/${scene.project}/labels/`);
      assert.equal(labels, 0);
      await scene.remove(`modules/${id}/module-issues/${item}/`);
      await scene.hint("module", id);
      assert.deepEqual(await tags(), []);
    });
  }

  Deno.test(`${protocol}: a module that is a task is its members' parent, and archiving it leaves them`, async () => {
    await using scene = await planningScene({ realOdoo: realOdoo(protocol), moduleAs: "parent_task" });
    const item = await scene.make("work-items/", { name: "member" });
    const id = await scene.make("modules/", { name: "Checkout", status: "completed" });
    await scene.make(`modules/${id}/module-issues/`, { issues: [item] });
    await scene.arrive();
    const module = await scene.partner("module", id, ["name", "state", "user_ids"]);
    assert.deepEqual([module.name, module.state, module.user_ids], ["Checkout", "1_done", []]);
    const member = async () => {
      const { parent_id: parent, active } = await scene.task(item, "parent_id", "active");
      return [Array.isArray(parent) ? parent[0] : parent, active];
    };
    assert.deepEqual(await member(), [module.id, true]);
    await scene.remove(`modules/${id}/`);
    await scene.hint("module", id, true);
    assert.equal((await scene.partner("module", id, ["active"])).active, false);
    assert.deepEqual(await member(), [module.id, true]);
  });
}
