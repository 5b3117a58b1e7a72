/** Pausing one record, one kind, or everything; resuming lets go what was parked meanwhile. */
import assert from "node:assert/strict";
import type { Example } from "../sync_store_contract.ts";
import {
  claimOne,
  delivery,
  DONE,
  LEASE_MS,
  makePair,
  odooDelivery,
  type PauseScope,
  settle,
} from "./world.ts";

const PAIR: PauseScope = { scope: "pair", planeType: "issue", odooModel: "project.task" };
const PARK = { kind: "park", reason: "paused" } as const;
const PLANE = { side: "plane", type: "issue", id: "a" } as const;

export function pauseExamples(example: Example): void {
  example("nothing is claimed while everything is paused; what is at work is settled", async (world) => {
    await world.record(delivery("a"), "{}");
    const claimed = await claimOne(world);
    assert.equal(await world.pause({ scope: "all" }), 1);
    assert.equal(await world.pause({ scope: "all" }), 0);
    await world.record(delivery("b"), "{}");
    assert.deepEqual(await world.store.claim("test", 10, LEASE_MS), []);
    assert.equal(await settle(world, claimed), true);
    assert.equal(await world.resume({ scope: "all" }), 1);
    assert.equal(await world.resume({ scope: "all" }), 0);
    assert.equal((await claimOne(world)).sourceId, "b");
  });

  example("what is parked stays so, whatever is said of it, until its kind is resumed", async (world) => {
    assert.equal(await world.pause(PAIR), 1);
    assert.equal((await world.store.readPair(PLANE)).configs.some(({ enabled }) => enabled), false);
    await world.record(delivery("a"), "{}");
    await settle(world, await claimOne(world), PARK);
    await world.record(odooDelivery("7"), "{}");
    await settle(world, await claimOne(world), PARK);
    world.advance(LEASE_MS);
    await world.record(delivery("a"), "{}");
    assert.deepEqual(await world.store.claim("test", 10, LEASE_MS), []);
    assert.equal(await world.resume(PAIR), 1);
    const keys = (await world.store.claim("test", 10, LEASE_MS)).map(({ entityKey }) => entityKey);
    assert.deepEqual(keys.sort(), ["issue:a", "project.task:7"]);
  });

  example(
    "who is at work while its kind is resumed is not parked by what it had read before",
    async (world) => {
      await world.pause(PAIR);
      await world.record(delivery("a"), "{}");
      const claimed = await claimOne(world);
      await world.resume(PAIR);
      await settle(world, claimed, PARK);
      assert.equal((await claimOne(world)).entityKey, "issue:a");
    },
  );

  for (const named of [{ type: "issue", id: "a" }, { type: "project.task", id: "7" }]) {
    example(`one record is paused and resumed by its name ${named.type}:${named.id}`, async (world) => {
      await makePair(world, "a", "7");
      await makePair(world, "b", "8");
      assert.equal(await world.pause({ scope: "entity", ...named }), 1);
      assert.equal((await world.store.readPair(PLANE)).mapping?.status, "paused");
      for (const id of ["a", "b"]) {
        await world.record(delivery(id), "{}");
        await settle(world, await claimOne(world), PARK);
      }
      assert.equal(await world.resume({ scope: "entity", ...named }), 1);
      assert.equal((await world.store.readPair(PLANE)).mapping?.status, "active");
      assert.equal((await claimOne(world)).entityKey, "issue:a");
    });
  }

  example("an intent of Odoo's side is paused and let go under the name it has", async (world) => {
    await world.record(odooDelivery("7"), "{}");
    const claimed = await claimOne(world);
    const key = { side: "odoo", model: "project.task", id: "7" } as const;
    await world.store.openIntent(claimed, {
      key,
      planeType: "issue",
      odooModel: "project.task",
      planeProjectId: null,
    });
    await world.pause({ scope: "entity", type: "project.task", id: "7" });
    await settle(world, claimed, PARK);
    await world.resume({ scope: "entity", type: "project.task", id: "7" });
    assert.equal((await claimOne(world)).entityKey, "project.task:7");
  });

  example("a record that was paused while it was at work stays paused", async (world) => {
    const mapping_id = await makePair(world, "a", "7");
    await world.record(delivery("a"), "{}");
    const claimed = await claimOne(world);
    await world.pause({ scope: "entity", type: "issue", id: "a" });
    await settle(world, claimed, DONE, { mapping_id, mapping: { status: "active", synced: true } });
    assert.equal((await world.store.readPair(PLANE)).mapping?.status, "paused");
  });

  example("what has no partner, or is archived, cannot be paused as a record", async (world) => {
    assert.equal(await world.pause({ scope: "entity", type: "issue", id: "a" }), 0);
    const mapping_id = await makePair(world, "a", "7");
    await world.record(delivery("a"), "{}");
    await settle(world, await claimOne(world), DONE, {
      mapping_id,
      mapping: { status: "archived", synced: false },
    });
    assert.equal(await world.pause({ scope: "entity", type: "issue", id: "a" }), 0);
  });
}
