/** Domains, order, pages, and how moments are compared. */
import assert from "node:assert/strict";
import type { OdooDomain } from "../../../shared/odoo/client.ts";
import {
  type ContractCase,
  failsWith,
  fieldsOf,
  newProject,
  newTask,
  type OdooUnderTest,
} from "./under_test.ts";

const TASK = "project.task";

async function threeTasks(odoo: OdooUnderTest) {
  const project = await newProject(odoo);
  const tag = odoo.unique("tag");
  const tags = await odoo.client.create("project.tags", [{ name: tag }]);
  const [a, b, c] = [
    await newTask(odoo, { project_id: project, name: "Alpha", priority: "1", date_deadline: "2026-01-01" }),
    await newTask(odoo, { project_id: project, name: "beta 50%", tag_ids: [[6, 0, tags]] }),
    await newTask(odoo, { project_id: project, name: "Gamma", date_deadline: "2026-02-02 10:00:00" }),
  ];
  const names = new Map([[a, "a"], [b, "b"], [c, "c"]]);
  const find = async (domain: OdooDomain, query = {}) => {
    const ids = await odoo.client.search(TASK, [["project_id", "=", project], ...domain], query);
    return ids.map((id) => names.get(id)).join("");
  };
  return { project, a, b, c, tag, tagId: tags[0] ?? 0, find };
}

export const SEARCHING: readonly ContractCase[] = [
  ["the usual operators find what they should", async (odoo) => {
    const { a, b, tag, tagId, find } = await threeTasks(odoo);
    const byId = { order: "id" };
    const cases: [OdooDomain, string][] = [
      [[["name", "=", "Alpha"]], "a"],
      [[["name", "=", "alpha"]], ""],
      [[["name", "=ilike", "ALPHA"]], "a"],
      [[["name", "=ilike", "a_ph%"]], "a"],
      [[["name", "=ilike", "a\\_pha"]], ""],
      [[["name", "ilike", "a"]], "abc"],
      [[["name", "like", "amma"]], "c"],
      [[["name", "not ilike", "alpha"]], "bc"],
      [[["name", "!=", "Alpha"]], "bc"],
      [[["id", "in", [a, b]]], "ab"],
      [[["id", "not in", [a, b]]], "c"],
      [[["id", "in", []]], ""],
      [["|", ["id", "=", a], ["id", "=", b]], "ab"],
      [["!", ["id", "=", a]], "bc"],
      [["|", "&", ["id", "=", a], ["priority", "=", "1"], ["name", "=", "Gamma"]], "ac"],
      [[["tag_ids", "=", tagId]], "b"],
      [[["tag_ids", "=", false]], "ac"],
      [[["tag_ids", "in", [tagId]]], "b"],
      [[["tag_ids", "not in", [tagId]]], "ac"],
      [[["tag_ids.name", "=", tag]], "b"],
      [[["date_deadline", "=", false]], "b"],
      [[["date_deadline", "!=", false]], "ac"],
      [[["date_deadline", ">", "2026-01-15"]], "c"],
      [[["date_deadline", "<=", "2026-02-02 10:00:00"]], "ac"],
    ];
    for (const [domain, found] of cases) {
      assert.equal(await find(domain, byId), found, JSON.stringify(domain));
    }
  }],
  ["pages follow the order asked for", async (odoo) => {
    const { find } = await threeTasks(odoo);
    assert.equal(await find([], { order: "name desc" }).then((found) => found.length), 3);
    assert.equal(await find([], { order: "id desc" }), "cba");
    assert.equal(await find([], { order: "id desc", limit: 1, offset: 1 }), "b");
    assert.equal(await find([], { order: "date_deadline asc, id asc" }), "acb");
    assert.equal(await find([], { order: "date_deadline desc, id asc" }), "bca");
    // Without an order: priority, then sequence, then deadline with empties last.
    assert.equal(await find([]), "acb");
    await failsWith(find([], { order: "id sideways" }), "odoo_rejected");
  }],
  ["records are counted like they are found", async (odoo) => {
    const { project } = await threeTasks(odoo);
    const count = await odoo.client.call(TASK, "search_count", { domain: [["project_id", "=", project]] });
    assert.equal(count, 3);
  }],
  ["stamps are compared by whole seconds", async (odoo) => {
    const task = await newTask(odoo, { project_id: await newProject(odoo) });
    const { write_date: stamp } = await fieldsOf(odoo, TASK, task, "write_date");
    const found = async (operator: string, value: unknown) =>
      (await odoo.client.search(TASK, [["id", "=", task], ["write_date", operator, value]])).length === 1;
    const answers = [];
    for (const operator of ["=", ">", ">=", "<", "<="]) answers.push(await found(operator, stamp));
    assert.deepEqual(answers, [true, false, true, false, true]);
    assert.equal(await found(">=", `${stamp}.999`), true);
    assert.equal(await found(">", "2030-01-01"), false);
  }],
  ["a write of equal values leaves a new stamp", async (odoo) => {
    const task = await newTask(odoo, { project_id: await newProject(odoo), name: "same" });
    const stamp = async () => String((await fieldsOf(odoo, TASK, task, "write_date")).write_date);
    const first = await stamp();
    // The stamp shows whole seconds, so it can only be seen to move when the second is over.
    const deadline = Date.now() + 5000;
    while (await stamp() === first && Date.now() < deadline) {
      await odoo.client.write(TASK, [task], { name: "same" });
    }
    assert.ok(await stamp() > first);
  }],
];
