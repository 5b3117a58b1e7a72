/** Projects and tags. */
import assert from "node:assert/strict";
import { type ContractCase, failsWith, fieldsOf, newProject, newStages, newTask, one } from "./under_test.ts";

const PROJECT = "project.project";
const ALL = { context: { active_test: false } };

export const PROJECTS: readonly ContractCase[] = [
  ["a new project is visible to portal users, managed by the caller, without stages", async (odoo) => {
    const project = await newProject(odoo);
    const found = await fieldsOf(
      odoo,
      PROJECT,
      project,
      "privacy_visibility",
      "user_id",
      "type_ids",
      "active",
    );
    assert.ok(Array.isArray(found.user_id));
    assert.deepEqual([found.privacy_visibility, found.type_ids, found.active], ["portal", [], true]);
  }],
  ["stages are seen and shared from the project's side too", async (odoo) => {
    const [here, there] = [await newProject(odoo), await newProject(odoo)];
    const stages = await newStages(odoo, here, "One", "Two");
    assert.deepEqual(await fieldsOf(odoo, PROJECT, here, "type_ids"), { type_ids: stages });
    await odoo.client.write(PROJECT, [there], { type_ids: [[4, stages[1]]] });
    const { project_ids: projects } = await fieldsOf(
      odoo,
      "project.task.type",
      stages[1] ?? 0,
      "project_ids",
    );
    assert.ok(Array.isArray(projects));
    assert.deepEqual(projects.sort((a, b) => a - b), [here, there]);
  }],
  ["a project's dates are written in pairs: one alone is dropped, clearing one clears both", async (odoo) => {
    const dates = () => fieldsOf(odoo, PROJECT, project, "date_start", "date");
    const project = await newProject(odoo);
    await odoo.client.write(PROJECT, [project], { date: "2026-03-01" });
    assert.deepEqual(await dates(), { date_start: false, date: false });
    await odoo.client.write(PROJECT, [project], { date_start: "2026-01-01", date: "2026-03-01" });
    await odoo.client.write(PROJECT, [project], { date: "2026-04-01" });
    assert.deepEqual(await dates(), { date_start: "2026-01-01", date: "2026-04-01" });
    await failsWith(odoo.client.write(PROJECT, [project], { date: "2025-01-01" }), "odoo_rejected");
    await odoo.client.write(PROJECT, [project], { date_start: false });
    assert.deepEqual(await dates(), { date_start: false, date: false });
    const half = await newProject(odoo, { date_start: "2026-01-01" });
    const found = await fieldsOf(odoo, PROJECT, half, "date_start", "date");
    assert.deepEqual(found, { date_start: "2026-01-01", date: false });
  }],
  ["archiving a project archives its tasks, and unarchiving brings every one back", async (odoo) => {
    const project = await newProject(odoo);
    const [open, archived] = [
      await newTask(odoo, { project_id: project }),
      await newTask(odoo, { project_id: project, active: false }),
    ];
    const active = async () =>
      (await odoo.client.read("project.task", [open, archived], ["active"])).map((task) => task.active);
    assert.deepEqual(await active(), [true, false]);
    await odoo.client.write(PROJECT, [project], { active: false });
    assert.deepEqual(await active(), [false, false]);
    await odoo.client.write(PROJECT, [project], { active: true });
    assert.deepEqual(await active(), [true, true]);
  }],
  ["deleting a project deletes its tasks, archived ones included", async (odoo) => {
    const project = await newProject(odoo);
    const tasks = [
      await newTask(odoo, { project_id: project }),
      await newTask(odoo, { project_id: project, active: false }),
    ];
    await odoo.client.call(PROJECT, "unlink", { ids: [project] });
    assert.deepEqual(await odoo.client.search("project.task", [["id", "in", tasks]], {}, ALL), []);
  }],
  ["a tag exists once, by exact name, and name_create finds it whatever the case", async (odoo) => {
    const name = odoo.unique("Tag");
    const tag = await one(odoo.client.create("project.tags", [{ name }]));
    await failsWith(odoo.client.create("project.tags", [{ name }]), "odoo_rejected");
    const found = await odoo.client.call("project.tags", "name_create", { name: name.toUpperCase() });
    assert.deepEqual(found, [tag, name]);
    const fresh = odoo.unique("Tag");
    const made = await odoo.client.call("project.tags", "name_create", { name: fresh });
    assert.ok(Array.isArray(made) && made[0] !== tag);
    assert.equal(made[1], fresh);
  }],
  [
    "load with an external id makes a tag and renames it, and is refused a name another tag has",
    async (odoo) => {
      const [name, renamed, taken] = [odoo.unique("Tag"), odoo.unique("Tag"), odoo.unique("Tag")];
      const [external, other] = [
        `contract.tag_${crypto.randomUUID()}`,
        `contract.tag_${crypto.randomUUID()}`,
      ];
      await one(odoo.client.create("project.tags", [{ name: taken }]));
      const load = (id: string, named: string) =>
        odoo.client.load("project.tags", ["id", "name"], [[id, named]]);
      const tag = await one(load(external, name));
      assert.deepEqual(await load(external, renamed), [tag]);
      assert.equal((await fieldsOf(odoo, "project.tags", tag, "name")).name, renamed);
      await failsWith(load(other, taken), "odoo_rejected");
      await failsWith(load(external, taken), "odoo_rejected");
      assert.equal((await fieldsOf(odoo, "project.tags", tag, "name")).name, renamed);
    },
  ],
  ["of parallel creations of one tag one wins and the others are refused", async (odoo) => {
    const name = odoo.unique("Tag");
    const create = () => odoo.client.create("project.tags", [{ name }]);
    const results = await Promise.allSettled([create(), create(), create()]);
    const codes = results.flatMap((result) => result.status === "rejected" ? [result.reason.code] : []);
    assert.deepEqual(codes, ["odoo_rejected", "odoo_rejected"]);
    assert.equal((await odoo.client.search("project.tags", [["name", "=", name]])).length, 1);
  }],
  ["every write leaves a stamp of whole seconds, and the name takes any character", async (odoo) => {
    const name = odoo.unique("Ünïcode 😀 <b>&amp;");
    const project = await newProject(odoo, { name });
    const { write_date: stamp, name: kept } = await fieldsOf(odoo, PROJECT, project, "write_date", "name");
    assert.equal(kept, name);
    assert.match(String(stamp), /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/);
  }],
  ["a language that is not installed is refused when a translated field is written", async (odoo) => {
    const write = odoo.client.write(PROJECT, [await newProject(odoo)], { name: "x" }, {
      context: { lang: "xx_XX" },
    });
    await failsWith(write, "odoo_rejected");
  }],
];
