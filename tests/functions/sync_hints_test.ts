/** Hints of several origins about one record: what one brings along is not lost to another. */
import assert from "node:assert/strict";
import type { JsonObject } from "../../shared/json.ts";
import { createSqlStore } from "../../shared/store/engine/sql_store.ts";
import { editPlane, startPairIn } from "../support/both_ways/pair.ts";

const start = startPairIn({});

Deno.test("the match a backfill found survives the hint of a child that waits, and nothing is made twice", async () => {
  const pair = await start();
  await using world = pair.world;
  const store = createSqlStore(world.sql);
  const project = Number((await world.partner("project", pair.project)).id);
  const [task] = await world.odoo.create("project.task", [{ name: "Home", project_id: project }]);
  const { id } = await pair.plane.api("POST", `/projects/${pair.project}/work-items/`, { name: "Home" });
  const key = { side: "plane", type: "issue", id: String(id) } as const;
  const named = { project_id: pair.project };
  await store.hint({ key, payload: { ...named, looked_up: true, match_odoo_id: Number(task) } });
  await store.hint({ key, readFirst: true, payload: named });
  await world.drain();
  assert.equal((await world.partner("issue", String(id))).id, task);
});

Deno.test("an announcement without the record is not answered with what a sweep saw before it", async () => {
  const pair = await start();
  await using world = pair.world;
  const store = createSqlStore(world.sql);
  const observed = await editPlane(pair, { name: "First" });
  const key = { side: "plane", type: "issue", id: pair.item } as const;
  await store.hint({ key, payload: { project_id: pair.project, observed: observed as JsonObject } });
  await editPlane(pair, { name: "Second" });
  await world.deliver({
    version: "v2",
    event: "workitem.updated",
    event_id: crypto.randomUUID(),
    webhook_id: crypto.randomUUID(),
    entity_id: pair.item,
    entity_type: "issue",
    data: { project_id: pair.project },
  });
  await world.drain();
  assert.equal((await world.partner("issue", pair.item)).name, "Second");
});
