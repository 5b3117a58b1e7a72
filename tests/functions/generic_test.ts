/** Work items and records of a model nobody has written code for: over real SQL and the sandboxes of both servers. */
import assert from "node:assert/strict";
import { type DocumentScene, documentScene, makeOrder, type Values } from "../support/document_scene.ts";
import { FILING, FILING_MAPPINGS, FILING_MODEL } from "../support/filing_model.ts";

function filingScene(mappings: Values = FILING_MAPPINGS, options: Values = {}, direction = "bidirectional") {
  return documentScene([FILING_MODEL], { field_mappings: mappings, options, direction }, {
    odooExtensions: FILING,
    // Of two changes Odoo's counts as the later one.
    odooAheadMs: 60_000,
  });
}

async function makeFiling(scene: DocumentScene, values: Values = {}): Promise<number> {
  const [id] = await scene.world.odoo.create(FILING_MODEL, [{ name: "1601-C", ...values }]);
  assert(id !== undefined);
  await scene.look(FILING_MODEL, id);
  return id;
}

async function edit(scene: DocumentScene, id: number, values: Values): Promise<void> {
  await scene.world.odoo.write(FILING_MODEL, [id], values);
  await scene.look(FILING_MODEL, id);
}

const filing = ({ world }: DocumentScene, id: number): Values =>
  world.sandboxOdoo.records(FILING_MODEL).find((record) => record.id === id) ?? assert.fail("no filing");

async function makeItem(scene: DocumentScene, values: Values): Promise<void> {
  await scene.plane.api("POST", `/projects/${scene.project}/work-items/`, values);
  await scene.world.arrive();
}

async function stateId(scene: DocumentScene, name: string): Promise<string> {
  const { results } = await scene.plane.api("GET", `/projects/${scene.project}/states/`);
  return String((results as Values[]).find((state) => state.name === name)?.id);
}

Deno.test("a record becomes a work item with every mapped field, and knows its address and number", async () => {
  await using scene = await filingScene();
  const user = scene.world.sandboxOdoo.addUser({ name: "Alice", login: scene.plane.users.alice.email });
  const id = await makeFiling(scene, {
    notes: "<p>Withholding <b>tax</b></p>",
    priority: "3",
    state: "in_progress",
    responsible_id: user,
    begins_at: "2026-03-01 08:00:00",
    due: "2026-03-10",
  });
  const item = await scene.item();
  assert.deepEqual([item.name, item.priority, item.start_date, item.target_date], [
    "1601-C",
    "urgent",
    "2026-03-01",
    "2026-03-10",
  ]);
  assert.match(String(item.description_html), /<(b|strong)>tax/);
  assert.deepEqual(item.assignees, [scene.plane.users.alice.id]);
  assert.equal(await scene.stateName(item.id), "In Progress");
  const { plane_url, plane_number } = filing(scene, id);
  const { url, workspaceSlug } = scene.plane;
  assert.equal(plane_url, `${url}/${workspaceSlug}/projects/${scene.project}/issues/${item.id}`);
  assert.equal(plane_number, `BACK-${item.sequence_id}`);
  const [link] = await scene.links(item.id);
  assert.equal(link?.url, `${scene.world.sandboxOdoo.url}/odoo/${FILING_MODEL}/${id}`);
});

Deno.test("changes go both ways, field by field", async () => {
  await using scene = await filingScene();
  const id = await makeFiling(scene);
  const { id: item } = await scene.item();
  await scene.editItem(item, { state: await stateId(scene, "Done"), target_date: "2026-04-15" });
  assert.deepEqual([filing(scene, id).state, filing(scene, id).due], ["filed", "2026-04-15"]);
  await edit(scene, id, { state: "void", priority: "1" });
  assert.equal(await scene.stateName(item), "Cancelled");
  assert.equal((await scene.item()).priority, "medium");
  assert.equal(filing(scene, id).due, "2026-04-15");
});

Deno.test("a field may go one way only", async () => {
  const target_date = { field: "due", direction: "to_plane" };
  await using scene = await filingScene({ name: "name", target_date });
  const id = await makeFiling(scene, { due: "2026-03-10" });
  const { id: item } = await scene.item();
  await scene.editItem(item, { target_date: "2026-05-01", name: "Renamed" });
  assert.deepEqual([filing(scene, id).name, filing(scene, id).due], ["Renamed", "2026-03-10"]);
});

Deno.test("value maps say what a word is in Odoo, both ways", async () => {
  const value_maps = { state: { completed: "void", started: "filed" }, priority: { high: "3", urgent: "3" } };
  await using scene = await filingScene(FILING_MAPPINGS, { value_maps });
  const id = await makeFiling(scene, { state: "filed", priority: "3" });
  const { id: item, priority } = await scene.item();
  assert.deepEqual([await scene.stateName(item), priority], ["In Progress", "urgent"]);
  await scene.editItem(item, { state: await stateId(scene, "Done"), priority: "high" });
  assert.deepEqual([filing(scene, id).state, filing(scene, id).priority], ["void", "3"]);
  await scene.look(FILING_MODEL, id);
  assert.equal((await scene.item()).priority, "high");
});

Deno.test("a state is a check box or a related record where it is mapped to one", async () => {
  await using boxes = await filingScene({ name: "name", state: "is_done" });
  const box = await makeFiling(boxes, { is_done: true });
  const { id: first } = await boxes.item();
  assert.equal(await boxes.stateName(first), "Done");
  await boxes.editItem(first, { state: await stateId(boxes, "Todo") });
  assert.equal(filing(boxes, box).is_done, false);

  await using stages = await filingScene({ name: "name", state: "stage_id" });
  const [todo, done] = await stages.world.odoo.create("bir.filing.stage", [{ name: "Todo" }, {
    name: "DONE",
  }]);
  const staged = await makeFiling(stages, { stage_id: todo });
  const { id: second } = await stages.item();
  assert.equal(await stages.stateName(second), "Todo");
  await stages.editItem(second, { state: await stateId(stages, "Done") });
  assert.deepEqual(filing(stages, staged).stage_id, [done, "DONE"]);
});

Deno.test("a plain text has the lines of the description and never its markup", async () => {
  await using scene = await filingScene({ name: "name", description: "remark" });
  const id = await makeFiling(scene, { remark: "First <line>\nSecond" });
  const { id: item, description_html } = await scene.item();
  assert.match(String(description_html), /First &lt;line&gt;.*Second/s);
  await scene.editItem(item, {
    description_html: "<p>One <strong>bold</strong> word</p><ul><li>and a list</li></ul>",
  });
  assert.equal(filing(scene, id).remark, "One bold word\nand a list");
  await scene.look(FILING_MODEL, id);
  assert.match(String((await scene.item()).description_html), /<strong>bold/);
});

Deno.test("the one responsible user is replaced, and other assignees stay", async () => {
  await using scene = await filingScene({ name: "name", assignees: "responsible_id" });
  const { alice, bob } = scene.plane.users;
  await scene.plane.api("POST", `/projects/${scene.project}/members/`, { member: bob.id, role: 15 });
  const [first, second] = [alice, bob].map(({ email }) =>
    scene.world.sandboxOdoo.addUser({ name: email, login: email })
  );
  const id = await makeFiling(scene, { responsible_id: first });
  const { id: item } = await scene.item();
  await edit(scene, id, { responsible_id: second });
  assert.deepEqual((await scene.item()).assignees, [bob.id]);
  await scene.editItem(item, { assignees: [bob.id, alice.id] });
  assert.deepEqual((filing(scene, id).responsible_id as unknown[])[0], second);
  await edit(scene, id, { responsible_id: false });
  assert.deepEqual((await scene.item()).assignees, [alice.id]);
});

Deno.test("a many2many has all assignees", async () => {
  await using scene = await filingScene({ name: "name", assignees: "reviewer_ids" });
  const { alice, bob } = scene.plane.users;
  await scene.plane.api("POST", `/projects/${scene.project}/members/`, { member: bob.id, role: 15 });
  const users = [alice, bob].map(({ email }) =>
    scene.world.sandboxOdoo.addUser({ name: email, login: email })
  );
  const id = await makeFiling(scene, { reviewer_ids: [[6, 0, [users[0]]]] });
  const { id: item } = await scene.item();
  await scene.editItem(item, { assignees: [alice.id, bob.id] });
  assert.deepEqual(filing(scene, id).reviewer_ids, users);
});

Deno.test("a work item becomes a record only where that is asked for", async () => {
  await using silent = await filingScene();
  await makeItem(silent, { name: "A new filing" });
  assert.deepEqual(silent.world.sandboxOdoo.records(FILING_MODEL), []);

  await using asked = await filingScene(FILING_MAPPINGS, { create_in_odoo: true });
  await makeItem(asked, { name: "A new filing", priority: "high", target_date: "2026-04-15" });
  const [record, ...others] = asked.world.sandboxOdoo.records(FILING_MODEL);
  const { id, sequence_id } = await asked.item();
  assert.deepEqual([record?.name, record?.priority, record?.due, others], [
    "A new filing",
    "2",
    "2026-04-15",
    [],
  ]);
  assert.equal(record?.plane_number, `BACK-${sequence_id}`);
  assert.ok(String(record?.plane_url).endsWith(`/issues/${id}`));
  assert.deepEqual(asked.world.sandboxOdoo.records("project.task"), []);
});

Deno.test("the work item of another model's record in the same project becomes no record of this one", async () => {
  await using scene = await documentScene(
    [FILING_MODEL, "sale.order"],
    { field_mappings: { name: "name" }, options: { create_in_odoo: true }, direction: "bidirectional" },
    { odooExtensions: FILING },
  );
  const order = await makeOrder(scene, "Azure Interior");
  await scene.plane.api("POST", `/projects/${scene.project}/work-items/`, {
    name: "Made by a worker that has not said so yet",
    external_source: "odoo",
    external_id: `sale.order,${order}`,
  });
  await scene.world.arrive();
  assert.deepEqual(scene.world.sandboxOdoo.records(FILING_MODEL), []);
});

Deno.test("an address mapped later is written without a conflict, and what is written over it stays", async () => {
  await using scene = await filingScene({ name: "name" });
  const id = await makeFiling(scene);
  await scene.world.sql`
    update plane.sync_config set conflict_resolution = 'manual', field_mappings = '{"name": "name", "link": "plane_url"}'
    where odoo_model = ${FILING_MODEL}`;
  await scene.look(FILING_MODEL, id);
  assert.match(String(filing(scene, id).plane_url), /\/issues\//);
  await edit(scene, id, { plane_url: "elsewhere" });
  assert.equal(filing(scene, id).plane_url, "elsewhere");
  assert.deepEqual([...await scene.world.sql`select field from plane.sync_conflict`], []);
});

Deno.test("with nothing to say neither side is written to", async () => {
  await using scene = await filingScene();
  const id = await makeFiling(scene, { due: "2026-03-10" });
  await scene.look(FILING_MODEL, id);
  const before = [scene.plane.requests.length, writes(scene)];
  await scene.look(FILING_MODEL, id);
  assert.deepEqual([scene.plane.requests.length, writes(scene)], before);
});

Deno.test("an internal note with the link is left once where that is asked for", async () => {
  await using scene = await filingScene({ name: "name" }, { link_in_odoo: true });
  const id = await makeFiling(scene);
  await edit(scene, id, { name: "Renamed" });
  const { id: item } = await scene.item();
  const notes = scene.world.sandboxOdoo.records("mail.message").filter(({ model, res_id, body }) =>
    model === FILING_MODEL && res_id === id && String(body).includes(String(item))
  );
  assert.deepEqual(notes.map(({ message_type, is_internal }) => [message_type, is_internal]), [[
    "notification",
    true,
  ]]);
});

Deno.test("tasks keep the address and number of their work item in fields of one's own", async () => {
  await using scene = await documentScene([], {}, { odooExtensions: FILING });
  await scene.world.sql`
    update plane.sync_config set field_mappings = field_mappings || ${
    scene.world.sql.json({ link: "x_plane_url", identifier: "x_plane_number" })
  } where odoo_model = 'project.task'`;
  await makeItem(scene, { name: "A work item" });
  const item = await scene.item();
  const [task] = scene.world.sandboxOdoo.records("project.task");
  assert.equal(task?.x_plane_number, `BACK-${item.sequence_id}`);
  assert.ok(String(task?.x_plane_url).endsWith(`/issues/${item.id}`));
});

const writes = ({ world }: DocumentScene) =>
  world.sandboxOdoo.calls.filter(({ method }) => ["write", "load", "create"].includes(method)).length;

Deno.test("which of Odoo's projects take part says nothing about records of no project", async () => {
  await using scene = await filingScene(FILING_MAPPINGS, { odoo_projects: [1] });
  await makeFiling(scene);
  assert.equal((await scene.item()).name, "1601-C");
});

Deno.test("which of Odoo's projects take part counts where a model of one's own has a project", async () => {
  const [stages, filings] = FILING.extraModels ?? [];
  assert(stages !== undefined && filings !== undefined);
  const project_id = { kind: "many2one", label: "Project", relation: "project.project" } as const;
  const extraModels = [stages, { ...filings, fields: { ...filings.fields, project_id } }];
  await using scene = await documentScene([FILING_MODEL], {
    field_mappings: FILING_MAPPINGS,
    options: { odoo_projects: [1] },
    direction: "bidirectional",
  }, { odooExtensions: { ...FILING, extraModels } });
  const { odoo } = scene.world;
  const projects = await odoo.create("project.project", [{ name: "In" }, { name: "Out" }]);
  const [inside = 0, outside = 0] = projects;
  await scene.world.sql`
    update plane.sync_config set options = options || ${scene.world.sql.json({ odoo_projects: [inside] })}
    where odoo_model = ${FILING_MODEL}`;
  await makeFiling(scene, { name: "Out", project_id: outside });
  await makeFiling(scene, { name: "In", project_id: inside });
  assert.equal((await scene.item()).name, "In");
});
