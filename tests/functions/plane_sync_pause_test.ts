/** Pausing and resuming one record, one kind of pair, or everything. */
import assert from "node:assert/strict";
import { manage } from "../support/manage.ts";
import { startPlaneSync } from "../support/plane_sync.ts";
import { createSyncWorld } from "../support/sync_world.ts";

const LEVELS = [
  ["one record", (item: string) => ({ entity: `issue:${item}` })],
  ["a kind of pair", () => ({ pair: { plane_type: "issue", odoo_model: "project.task" } })],
  ["everything", () => ({ all: true, reason: "moving house" })],
] as const;

for (const [level, scopeOf] of LEVELS) {
  Deno.test(`${level}: nothing arrives while it is paused, and the latest when it is resumed`, async () => {
    await using world = await createSyncWorld({ withPlane: true });
    const { plane } = world;
    assert(plane !== undefined);
    const project = String(
      (await plane.api("POST", "/projects/", { name: "Website", identifier: "WEB" })).id,
    );
    await world.arrive();
    const item = String((await plane.api("POST", `/projects/${project}/work-items/`, { name: "Start" })).id);
    await world.arrive();
    await using door = startPlaneSync(world.databaseUrl, { SYNC_DRAIN_WALL_CLOCK_MS: "0" });

    assert.equal((await manage(door, "pause", scopeOf(item))).switched, 1);
    assert.equal((await manage(door, "pause", scopeOf(item))).switched, 0, "it is paused already");
    for (const name of ["Second", "Third"]) {
      await plane.api("PATCH", `/projects/${project}/work-items/${item}/`, { name });
      await world.arrive();
    }
    assert.equal((await world.partner("issue", item)).name, "Start");
    const paused = (await manage(door, "status")).paused as Record<string, unknown>;
    assert.deepEqual(
      [paused.all !== null, (paused.pairs as string[]).includes("issue <-> project.task"), paused.entities],
      [level === "everything", level === "a kind of pair", level === "one record" ? 1 : 0],
    );

    assert.equal((await manage(door, "resume", scopeOf(item))).switched, 1);
    await world.drain();
    assert.equal((await world.partner("issue", item)).name, "Third");
  });
}

Deno.test("400: a pause of nothing, of two things, or of one record for a while", async () => {
  await using world = await createSyncWorld();
  await using door = startPlaneSync(world.databaseUrl, { SYNC_DRAIN_WALL_CLOCK_MS: "0" });
  const until = "2026-12-24T12:00:00Z";
  for (const body of [{}, { all: true, entity: "issue:1" }, { entity: "issue:1", until }, { all: false }]) {
    assert.equal((await manage(door, "pause", body, 400)).code, "bad_request");
  }
});
