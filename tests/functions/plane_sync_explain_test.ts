/** Who set the current value of a field, from which event, by which rule. */
import assert from "node:assert/strict";
import { manage } from "../support/manage.ts";
import { startPlaneSync } from "../support/plane_sync.ts";
import { createSyncWorld, type SyncWorld } from "../support/sync_world.ts";

interface Told {
  entity: { plane: string; odoo: string };
  agreed: { plane: unknown; odoo: unknown };
  set_by: {
    rule: string;
    actor: string | null;
    at: string;
    log_id: string;
    written: { side: string; from: unknown; to: unknown }[];
    event: { delivery_id: string; event_type: string; source: string } | null;
    run: { id: string; kind: string; requested_by: string } | null;
    undoes?: string;
  } | null;
  since: string;
  before: { rule: string; written: unknown[] }[];
}

async function startPair() {
  const world: SyncWorld = await createSyncWorld({ withPlane: true });
  const { plane } = world;
  assert(plane !== undefined);
  const project = String((await plane.api("POST", "/projects/", { name: "Website", identifier: "WEB" })).id);
  await world.arrive();
  const item = String((await plane.api("POST", `/projects/${project}/work-items/`, { name: "Start" })).id);
  await world.arrive();
  const task = Number((await world.partner("issue", item)).id);
  const edit = async (values: Record<string, unknown>) => {
    await plane.api("PATCH", `/projects/${project}/work-items/${item}/`, values);
    await world.arrive();
  };
  const door = startPlaneSync(world.databaseUrl, { SYNC_DRAIN_WALL_CLOCK_MS: "0" });
  const explain = async (field: string, entity = `issue:${item}`) =>
    await manage(door, `explain&entity=${entity}&field=${field}`) as unknown as Told;
  return {
    world,
    item,
    task,
    edit,
    door,
    explain,
    async [Symbol.asyncDispose]() {
      await door[Symbol.asyncDispose]();
      await world.close();
    },
  };
}

Deno.test("a change from Plane names its delivery, its actor, the rule, and what it replaced", async () => {
  await using pair = await startPair();
  await pair.edit({ name: "Second" });
  const told = await pair.explain("name");
  assert.deepEqual(told.entity, { plane: `issue:${pair.item}`, odoo: `project.task:${pair.task}` });
  assert.deepEqual(told.agreed, { plane: "Second", odoo: "Second" });
  assert.equal(told.set_by?.rule, "changed_in_plane");
  assert.deepEqual(told.set_by?.written, [{ side: "odoo", from: "Start", to: "Second" }]);
  assert.notEqual(told.set_by?.actor, null);
  const [delivery] = await pair.world.sql`
    select delivery_id, event_type from plane.webhook_delivery where entity_id = ${pair.item} order by id desc limit 1`;
  assert.equal(told.set_by?.event?.delivery_id, delivery?.delivery_id);
  assert.equal(told.set_by?.event?.source, "plane");
  assert.equal(told.since, told.set_by?.at);
  assert.deepEqual(told.before.map(({ rule }) => rule), ["created"]);
});

Deno.test("a change from Odoo names who wrote the record there; the record may be asked for by either name", async () => {
  await using pair = await startPair();
  await pair.world.odoo.write("project.task", [pair.task], { name: "From Odoo" });
  await pair.world.hintOdoo("project.task", pair.task);
  const told = await pair.explain("name", `project.task:${pair.task}`);
  assert.equal(told.set_by?.rule, "changed_in_odoo");
  assert.match(String(told.set_by?.actor), /^res\.users,\d+$/);
  assert.deepEqual(told.set_by?.written, [{ side: "plane", from: "Start", to: "From Odoo" }]);
  const apart = await manage(pair.door, `explain&type=project.task&id=${pair.task}&field=name`);
  assert.deepEqual(apart.set_by, told.set_by);
});

Deno.test("an undo names its run, who asked for it, and the row it took back", async () => {
  await using pair = await startPair();
  await pair.edit({ name: "Second" });
  const wrong = (await pair.explain("name")).set_by?.log_id;
  const { run_id } = await manage(pair.door, "undo", { log_id: wrong });
  await pair.world.drain();
  const { set_by } = await pair.explain("name");
  assert.deepEqual([set_by?.rule, set_by?.undoes, set_by?.run?.id], ["undone", wrong, run_id]);
  assert.deepEqual([set_by?.run?.kind, set_by?.run?.requested_by], ["undo", "key:default"]);
});

Deno.test("a field no synchronisation has written is what was agreed on since the pair is one", async () => {
  await using pair = await startPair();
  await pair.world.sql`update plane.sync_log set changes = '[]'`;
  const told = await pair.explain("name");
  assert.deepEqual([told.set_by, told.before, told.agreed.plane], [null, [], "Start"]);
  const [mapping] = await pair.world
    .sql`select created_at from plane.sync_mappings where plane_id = ${pair.item}`;
  assert.equal(Date.parse(told.since), Date.parse(String(mapping?.created_at)));
});

Deno.test("404 for a record without pair and a field nobody knows, 400 for half a question", async () => {
  await using pair = await startPair();
  for (
    const [query, status] of [
      [`entity=issue:${crypto.randomUUID()}&field=name`, 404],
      [`entity=issue:${pair.item}&field=nothing`, 404],
      [`entity=issue:${pair.item}`, 400],
      ["field=name", 400],
      [`type=issue&field=name`, 400],
      [`entity=issue&field=name`, 400],
    ] as const
  ) {
    const answer = await manage(pair.door, `explain&${query}`, undefined, status);
    assert.equal(answer.code, status === 404 ? "not_found" : "bad_request", query);
  }
});
