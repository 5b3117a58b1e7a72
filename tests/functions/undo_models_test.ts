/** Taking back what became of documents and of records of a model of one's own. */
import assert from "node:assert/strict";
import { type DocumentScene, documentScene, makeOrder, type Values } from "../support/document_scene.ts";
import { FILING, FILING_MAPPINGS, FILING_MODEL } from "../support/filing_model.ts";
import { givenUp, logOf, makingOf, takeBack } from "../support/undo.ts";

function filingScene(mappings: Values = FILING_MAPPINGS) {
  return documentScene([FILING_MODEL], { field_mappings: mappings, direction: "bidirectional" }, {
    odooExtensions: FILING,
  });
}

async function makeFiling(scene: DocumentScene, values: Values = {}): Promise<number> {
  const [id] = await scene.world.odoo.create(FILING_MODEL, [{ name: "1601-C", ...values }]);
  assert(id !== undefined);
  await scene.look(FILING_MODEL, id);
  return id;
}

const filing = ({ world }: DocumentScene, id: number): Values =>
  world.sandboxOdoo.records(FILING_MODEL).find((record) => record.id === id) ?? assert.fail("no filing");

const NAMES = [
  "name",
  "notes",
  "remark",
  "priority",
  "state",
  "stage_id",
  "responsible_id",
  "begins_at",
  "due",
];
const shown = (scene: DocumentScene, id: number) =>
  Object.fromEntries(NAMES.map((name) => [name, filing(scene, id)[name]]));

const PARTS = ["name", "description_html", "priority", "state", "assignees", "start_date", "target_date"];
const seen = (item: Values) => Object.fromEntries(PARTS.map((name) => [name, item[name]]));

async function stateId(scene: DocumentScene, name: string): Promise<string> {
  const { results } = await scene.plane.api("GET", `/projects/${scene.project}/states/`);
  return String((results as Values[]).find((state) => state.name === name)?.id);
}

const FIRST = {
  notes: "<p>Before</p>",
  remark: "Before",
  priority: "3",
  state: "in_progress",
  begins_at: "2026-03-01 12:00:00",
  due: "2026-03-10",
};

for (const description of ["notes", "remark"]) {
  Deno.test(`every field of a record of one's own is taken back, wherever it was changed (text in ${description})`, async () => {
    await using scene = await filingScene({ ...FILING_MAPPINGS, description });
    const { world, plane } = scene;
    const users = [plane.users.alice, plane.users.bob].map(({ email }) =>
      world.sandboxOdoo.addUser({ name: email, login: email })
    );
    await plane.api("POST", `/projects/${scene.project}/members/`, { member: plane.users.bob.id, role: 15 })
      .catch(() => undefined);
    const id = await makeFiling(scene, { ...FIRST, responsible_id: users[0] });
    const [item, record] = [await scene.item(), shown(scene, id)];
    await scene.editItem(item.id, {
      name: "Wrong",
      description_html: "<p>After</p>",
      priority: "none",
      state: await stateId(scene, "Done"),
      assignees: [],
      start_date: "2026-03-02",
      target_date: null,
    });
    assert.equal(filing(scene, id).state, "filed");
    const answer = await takeBack(world, await logOf(world, "name"));
    assert.equal(answer.undoing.length, 7);
    await scene.look(FILING_MODEL, id);
    assert.deepEqual([seen(await scene.item()), shown(scene, id)], [seen(item), record], "from Plane");

    await world.odoo.write(FILING_MODEL, [id], {
      name: "Wrong",
      notes: "<p>After</p>",
      remark: "After",
      priority: "0",
      state: "void",
      responsible_id: users[1],
      begins_at: "2026-04-01 12:00:00",
      due: false,
    });
    await scene.look(FILING_MODEL, id);
    assert.equal(await scene.stateName(item.id), "Cancelled");
    await takeBack(world, await logOf(world, "name"));
    await scene.look(FILING_MODEL, id);
    const other = description === "notes" ? "remark" : "notes";
    assert.deepEqual(
      [seen(await scene.item()), { ...shown(scene, id), [other]: record[other] }],
      [seen(item), record],
      "from Odoo",
    );
    assert.deepEqual(await givenUp(world), []);
  });
}

Deno.test("a state in a check box and one in a related record are taken back", async () => {
  for (const state of ["is_done", "stage_id"]) {
    await using scene = await filingScene({ name: "name", state });
    const { world } = scene;
    const stages = await world.odoo.create("bir.filing.stage", [{ name: "Todo" }, { name: "Done" }]);
    const id = await makeFiling(scene, state === "stage_id" ? { stage_id: stages[0] } : {});
    const item = await scene.item();
    const before = filing(scene, id)[state];
    await scene.editItem(item.id, { state: await stateId(scene, "Done") });
    assert.notDeepEqual(filing(scene, id)[state], before);
    await takeBack(world, await logOf(world, "state"));
    await scene.look(FILING_MODEL, id);
    assert.deepEqual([filing(scene, id)[state], (await scene.item()).state], [before, item.state], state);
  }
});

Deno.test("the work item that was made for a record of one's own goes into the archive", async () => {
  await using scene = await filingScene();
  const id = await makeFiling(scene);
  const { id: item } = await scene.item();
  const answer = await takeBack(scene.world, await makingOf(scene.world, "issue"));
  assert.deepEqual(answer.not_undone, []);
  await scene.look(FILING_MODEL, id);
  assert.deepEqual(await scene.items(), []);
  assert.equal(filing(scene, id).active, true);
  assert.ok(item);
});

Deno.test("what a document changed in its work item is taken back there, until the document changes again", async () => {
  await using scene = await documentScene(["sale.order"]);
  const { world } = scene;
  const order = await makeOrder(scene, "Azure Interior");
  await scene.look("sale.order", order);
  const before = await scene.item();
  await scene.act("sale.order", "action_confirm", order);
  await scene.look("sale.order", order);
  assert.equal(await scene.stateName(before.id), "In Progress");
  const { run_id } = await takeBack(world, await logOf(world, "state"));
  await scene.look("sale.order", order);
  assert.deepEqual(seen(await scene.item()), seen(before));
  assert.deepEqual(await givenUp(world), []);
  await takeBack(world, { run_id });
  assert.equal(await scene.stateName(before.id), "In Progress");
  await scene.act("sale.order", "action_cancel", order);
  await scene.look("sale.order", order);
  assert.equal(await scene.stateName(before.id), "Cancelled");
});

Deno.test("a document's work item that was made goes into the archive, follows the document there, and can be had back", async () => {
  await using scene = await documentScene(["sale.order"]);
  const { world, plane } = scene;
  const order = await makeOrder(scene, "Azure Interior");
  await scene.look("sale.order", order);
  const { id } = await scene.item();
  const { run_id, not_undone } = await takeBack(world, await makingOf(world, "issue"));
  assert.deepEqual(not_undone, []);
  assert.deepEqual(await scene.items(), []);
  await scene.act("sale.order", "action_confirm", order);
  await scene.look("sale.order", order);
  assert.deepEqual(await scene.items(), []);
  const path = `/projects/${scene.project}/work-items/${id}/`;
  assert.notEqual((await plane.api("PATCH", path, {})).archived_at, null);
  const again = await takeBack(world, { run_id });
  assert.deepEqual(again.not_undone, []);
  const item = await scene.item();
  assert.deepEqual([item.id, await scene.stateName(id)], [id, "In Progress"]);
  assert.deepEqual(await givenUp(world), []);
});
