/** What sweeps notice of webhooks that say nothing, and of comments. */
import assert from "node:assert/strict";
import { actionsOf } from "../../shared/sweep/describe.ts";
import { eventually } from "../support/eventually.ts";
import { createSweepWorld, EVERYTHING, type SweepWorld, WATERMARKS } from "../support/sweep_world.ts";

interface Scene extends AsyncDisposable {
  scene: SweepWorld;
  project: string;
  item: string;
  task: number;
}

async function startScene(): Promise<Scene> {
  const scene = await createSweepWorld();
  const { world, plane } = scene;
  const project = String((await plane.api("POST", "/projects/", { name: "Website", identifier: "WEB" })).id);
  await world.arrive();
  const item = String((await plane.api("POST", `/projects/${project}/work-items/`, { name: "Start" })).id);
  await world.arrive();
  await scene.sweep();
  // What follows within 50 ms of the item's last change would count as the same change.
  const madeAt = Date.now();
  await eventually("Plane's clock goes on", () => Date.now() > madeAt + 60);
  const task = Number((await world.partner("issue", item)).id);
  return { scene, project, item, task, [Symbol.asyncDispose]: () => scene[Symbol.asyncDispose]() };
}

const edit = ({ scene, project, item }: Scene, name: string) =>
  scene.plane.api("PATCH", `/projects/${project}/work-items/${item}/`, { name });
const comments = ({ project, item }: Scene, path = "") =>
  `/projects/${project}/work-items/${item}/comments/${path}`;
const ofOdoo = ({ scene }: Scene) =>
  scene.world.sandboxOdoo.records("mail.message").filter(({ message_type }) => message_type === "comment")
    .map(({ body }) => String(body));

Deno.test("a change that no webhook announced makes the webhook silent, and the next announcement ends that", async () => {
  await using start = await startScene();
  const { scene } = start;
  await edit(start, "Unheard");
  scene.aheadMs = 600_000;
  const report = await scene.sweep();
  assert.equal(report.unannounced, 1);
  const described = await scene.describe();
  const [silent] = described.webhook_silent;
  assert.deepEqual([silent?.source, silent?.records, silent?.changes], ["plane", "issue", 1]);
  assert.match(silent?.action ?? "", /Workspace settings -> Webhooks/);
  assert(Math.abs(Date.parse(silent?.since ?? "") - Date.now()) < 60_000);
  assert(actionsOf(described).some(({ topic }) => topic === "webhook_silent"));
  await edit(start, "Heard");
  await scene.world.arrive();
  assert.deepEqual((await scene.describe()).webhook_silent, []);
});

Deno.test("a change whose webhook may still be on its way says nothing about the webhook", async () => {
  await using start = await startScene();
  await edit(start, "Just now");
  const report = await start.scene.sweep();
  assert.deepEqual([report.hints > 0, report.unannounced], [true, 0]);
  assert.deepEqual((await start.scene.describe()).webhook_silent, []);
});

Deno.test("what a webhook announced and nobody has worked on yet is no silence", async () => {
  await using start = await startScene();
  const { scene } = start;
  await edit(start, "Queued");
  await scene.plane.idle();
  const body = scene.plane.deliveries.at(-1)?.body ?? assert.fail("nothing was sent");
  await scene.world.deliver(JSON.parse(body));
  scene.aheadMs = 600_000;
  const report = await scene.sweepOnly();
  assert.deepEqual([report.hints, report.unannounced], [1, 0]);
});

Deno.test("Odoo's silence is noticed only where its webhook was ever heard", async () => {
  await using start = await startScene();
  const { scene, task } = start;
  const { odoo, sql } = scene.world;
  await odoo.write("project.task", [task], { name: "Polled" });
  scene.aheadMs = 600_000;
  await scene.sweep();
  assert.deepEqual((await scene.describe()).webhook_silent, []);
  await sql`
    insert into plane.webhook_delivery (dedup_key, source, envelope, event_type, entity_type, entity_id, entity_key, body, received_at)
    values ('one', 'odoo', 'odoo', 'write', 'project.task', '999', 'project.task:999', '{}', now() - interval '1 day')`;
  await odoo.write("project.task", [task], { name: "Polled again" });
  await scene.sweep();
  const { webhook_silent } = await scene.describe();
  assert.deepEqual(webhook_silent.map(({ source, records }) => [source, records]), [[
    "odoo",
    "project.task",
  ]]);
});

Deno.test("comments made, edited and deleted while no webhook came are found through the item they touch", async () => {
  await using start = await startScene();
  const { scene } = start;
  const made = await scene.plane.api("POST", comments(start), { comment_html: "<p>Hello</p>" });
  await scene.sweep(WATERMARKS);
  assert.equal(ofOdoo(start).length, 1);
  assert.match(ofOdoo(start)[0] ?? "", /Hello/);
  await scene.plane.api("PATCH", comments(start, `${made.id}/`), { comment_html: "<p>Changed</p>" });
  await scene.sweep(WATERMARKS);
  assert.match(ofOdoo(start)[0] ?? "", /Changed/);
  await scene.plane.api("DELETE", comments(start, `${made.id}/`));
  await scene.sweep(WATERMARKS);
  assert.match(ofOdoo(start)[0] ?? "", /deleted in Plane/);
  const report = await scene.sweep(WATERMARKS);
  assert.equal(report.hints, 0);
});

Deno.test("a comment written in a stock Odoo is in Plane after a sweep", async () => {
  await using start = await startScene();
  const { scene, task } = start;
  await scene.world.odoo.call("project.task", "message_post", {
    ids: [task],
    body: "From Odoo",
    message_type: "comment",
    subtype_xmlid: "mail.mt_note",
  });
  await scene.sweep(WATERMARKS);
  const { results } = await scene.plane.api("GET", comments(start));
  const [comment, ...others] = results as { comment_html: string }[];
  assert.match(comment?.comment_html ?? "", /From Odoo/);
  assert.deepEqual(others, []);
  assert.equal((await scene.sweep(WATERMARKS)).hints, 0);
});

Deno.test("a comment nobody announced, on an item whose later edit was announced, is found when everything is looked at", async () => {
  await using start = await startScene();
  const { scene } = start;
  await scene.plane.api("POST", comments(start), { comment_html: "<p>Unheard</p>" });
  await edit(start, "Heard");
  const { world, plane } = scene;
  await plane.idle();
  const heard = plane.deliveries.map(({ body }) => JSON.parse(body)).findLast(({ event }) =>
    event === "issue"
  );
  await world.deliver(heard);
  await world.drain();
  await scene.sweep();
  assert.deepEqual(await ofOdoo(start), [], "the item's stamp is explained by its own announcement");
  await scene.sweep(EVERYTHING);
  assert.match((await ofOdoo(start)).join(), /Unheard/);
  const before = plane.requests.length;
  await scene.sweep();
  assert.deepEqual(plane.requests.slice(before).filter(({ path }) => path.includes("comments")), []);
});
