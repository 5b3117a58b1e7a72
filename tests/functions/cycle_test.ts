/** A cycle's milestone: name, last day, reached; over time, and when the cycle is gone. */
import assert from "node:assert/strict";
import { planningScene } from "../support/planning_scene.ts";

const FIELDS = ["name", "project_id", "deadline", "is_reached"];

Deno.test("a cycle becomes a milestone of its project, which from then on allows milestones", async () => {
  await using scene = await planningScene();
  const id = await scene.make("cycles/", {
    name: "Sprint 1",
    description: "The goal",
    start_date: "2090-01-01",
    end_date: "2090-01-14",
    project_id: scene.project,
  });
  await scene.arrive();
  const project = await scene.partner("project", scene.project, ["allow_milestones"]);
  const { id: _id, ...milestone } = await scene.partner("cycle", id, FIELDS);
  assert.deepEqual(milestone, {
    name: "Sprint 1",
    project_id: [project.id, scene.projectName],
    deadline: "2090-01-14",
    is_reached: false,
  });
  assert.equal(project.allow_milestones, true);
  const [kept] = await scene.world.sql`
    select s.plane_seen from plane.sync_snapshot s join plane.sync_mappings m on m.id = s.mapping_id
    where m.plane_id = ${id}`;
  assert.deepEqual(
    [kept?.plane_seen.description, kept?.plane_seen.start_date.slice(0, 10)],
    ["The goal", "2090-01-01"],
  );
});

Deno.test("the deadline is the cycle's last day where the project is, far east and far west", async () => {
  for (const timeZone of ["Pacific/Auckland", "Asia/Tokyo", "America/Los_Angeles", "Pacific/Honolulu"]) {
    await using scene = await planningScene({ timeZone });
    const id = await scene.make("cycles/", {
      name: "Sprint",
      start_date: "2090-01-01",
      end_date: "2090-01-14",
      project_id: scene.project,
    });
    await scene.arrive();
    assert.equal((await scene.partner("cycle", id, FIELDS)).deadline, "2090-01-14", timeZone);
  }
});

Deno.test("a renamed cycle with new dates changes its milestone; without dates it has no deadline", async () => {
  await using scene = await planningScene();
  const id = await scene.make("cycles/", { name: "One", project_id: scene.project });
  await scene.arrive();
  assert.equal((await scene.partner("cycle", id, FIELDS)).deadline, false);
  await scene.change(`cycles/${id}/`, { name: "Two", start_date: "2090-02-01", end_date: "2090-02-02" });
  await scene.arrive();
  const milestone = await scene.partner("cycle", id, FIELDS);
  assert.deepEqual([milestone.name, milestone.deadline, milestone.is_reached], ["Two", "2090-02-02", false]);
});

Deno.test("a cycle whose last day has passed is reached, and one that is prolonged is not any more", async () => {
  await using scene = await planningScene();
  const id = await scene.make("cycles/", {
    name: "Past",
    start_date: "2020-01-01",
    end_date: "2020-01-14",
    project_id: scene.project,
  });
  await scene.arrive();
  assert.equal((await scene.partner("cycle", id, FIELDS)).is_reached, true);
  await scene.change(`cycles/${id}/`, { end_date: "2090-01-14" });
  await scene.arrive();
  assert.equal((await scene.partner("cycle", id, FIELDS)).is_reached, false);
});

Deno.test("a deleted cycle's milestone is reached, and stays with its tasks", async () => {
  await using scene = await planningScene();
  const item = await scene.make("work-items/", { name: "one" });
  const id = await scene.make("cycles/", { name: "Sprint", project_id: scene.project });
  await scene.make(`cycles/${id}/cycle-issues/`, { issues: [item] });
  await scene.arrive();
  await scene.remove(`cycles/${id}/`);
  await scene.hint("cycle", id, true);
  const milestone = await scene.partner("cycle", id, FIELDS);
  assert.equal(milestone.is_reached, true);
  assert.deepEqual((await scene.task(item, "milestone_id")).milestone_id, [milestone.id, "Sprint"]);
});

Deno.test("a milestone somebody marked as reached in Odoo stays so, and one deleted there is not made again", async () => {
  await using scene = await planningScene();
  const id = await scene.make("cycles/", { name: "Sprint", project_id: scene.project });
  await scene.arrive();
  const { odoo } = scene.world;
  const milestone = await scene.partner("cycle", id, FIELDS);
  await odoo.write("project.milestone", [milestone.id], { is_reached: true });
  await scene.change(`cycles/${id}/`, { description: "Something else" });
  await scene.arrive();
  assert.equal((await scene.partner("cycle", id, FIELDS)).is_reached, true);
  await odoo.call("project.milestone", "unlink", { ids: [milestone.id] });
  await scene.change(`cycles/${id}/`, { name: "Renamed" });
  await scene.arrive();
  assert.deepEqual(await odoo.search("project.milestone", []), []);
});

Deno.test("a cycle that comes before its project waits for it", async () => {
  await using scene = await planningScene();
  await scene.world.sql`delete from plane.sync_mappings`;
  await scene.world.sql`delete from plane.sync_tombstone`;
  const id = await scene.make("cycles/", { name: "Early", project_id: scene.project });
  await scene.arrive();
  await scene.world.drain();
  assert.equal((await scene.partner("cycle", id, FIELDS)).name, "Early");
});

Deno.test("a mapping deleted by hand finds its milestone again and makes no second one", async () => {
  await using scene = await planningScene();
  const id = await scene.make("cycles/", { name: "Sprint", project_id: scene.project });
  await scene.arrive();
  const { id: milestone } = await scene.partner("cycle", id, FIELDS);
  await scene.world.sql`delete from plane.sync_mappings where plane_type = 'cycle'`;
  await scene.hint("cycle", id, true);
  assert.equal((await scene.partner("cycle", id, FIELDS)).id, milestone);
  assert.deepEqual(await scene.world.odoo.search("project.milestone", []), [milestone]);
});
