/** Hints, claims and settlements: one row per entity, nothing that comes meanwhile is lost, only the holder settles. */
import assert from "node:assert/strict";
import type { Example } from "../sync_store_contract.ts";
import { claimOne, delivery, DONE, LEASE_MS, odooDelivery, settle } from "./world.ts";

const STAMP = "2026-01-31T12:00:00.000000Z";
const RUN = "7b0c2c52-9d8e-4f6c-8e0b-3a1d5f7c9e11";

export function queueExamples(example: Example): void {
  example("hints about one record are one claim, which says what is known of it", async (world) => {
    await world.record(
      delivery("a", { planeProjectId: "p", observation: { at: STAMP, hash: "x" } }),
      '{"n":1}',
    );
    await world.record(delivery("a", { priority: 8 }), "{}");
    const claimed = await claimOne(world);
    assert.deepEqual(
      [claimed.entityKey, claimed.sourceSystem, claimed.sourceType, claimed.sourceId, claimed.operation],
      ["issue:a", "plane", "issue", "a", "update"],
    );
    assert.deepEqual([claimed.attempts, claimed.outages, claimed.crashes], [1, 0, 0]);
    assert.deepEqual([claimed.planeProjectId, claimed.readFirst, claimed.payload], ["p", false, {}]);
    assert.deepEqual(claimed.observation, { at: STAMP, hash: "x", envelope: "plane_v1", body: '{"n":1}' });
    assert.notEqual(claimed.lastDeliveryId, null);
  });

  example("a delivery that comes again is a duplicate and no hint", async (world) => {
    const same = delivery("a", { dedupKey: "once" });
    assert.deepEqual(await world.record(same, "{}"), { duplicate: false, targetId: null });
    const claimed = await claimOne(world);
    assert.deepEqual(await world.record(same, "{}"), { duplicate: true, targetId: null });
    await settle(world, claimed);
    assert.deepEqual(await world.store.claim("test", 1, LEASE_MS), []);
  });

  example(
    "each side's hints are told apart, and stay known until the entity is settled and leaves",
    async (world) => {
      await world.record(odooDelivery("7"), "{}");
      const first = await claimOne(world);
      assert.deepEqual([first.planeHinted, first.odooHinted, first.entityKey], [
        false,
        true,
        "project.task:7",
      ]);
      await world.store.hint({ key: { side: "odoo", model: "project.task", id: "7" } });
      await settle(world, first);
      const second = await claimOne(world);
      assert.deepEqual([second.planeHinted, second.odooHinted], [false, true]);
      await settle(world, second);
      await world.store.hint({ key: { side: "plane", type: "issue", id: "a" } });
      const third = await claimOne(world);
      assert.deepEqual([third.planeHinted, third.odooHinted, third.lastDeliveryId], [true, false, null]);
    },
  );

  example("a hint from Odoo never asks to read Plane's record; one from Plane may", async (world) => {
    await world.record(odooDelivery("7", { readFirst: true }), "{}");
    await world.store.hint({ key: { side: "odoo", model: "project.task", id: "7" }, readFirst: true });
    const odoo = await claimOne(world);
    assert.equal(odoo.readFirst, false);
    await settle(world, odoo);
    await world.store.hint({ key: { side: "plane", type: "issue", id: "a" }, readFirst: true });
    assert.equal((await claimOne(world)).readFirst, true);
  });

  example(
    "a hint brings a project, a priority and a payload along; what a later payload does not say still holds",
    async (world) => {
      const key = { side: "plane", type: "issue", id: "a" } as const;
      await world.store.hint({ key, payload: { project_id: "p1", match_odoo_id: 5 }, priority: 1 });
      await world.store.hint({ key, payload: { observed: { name: "A" }, run_id: RUN }, projectId: "p2" });
      await world.store.hint({ key });
      const claimed = await claimOne(world);
      assert.deepEqual([claimed.planeProjectId, claimed.runId], ["p2", RUN]);
      const kept = { project_id: "p1", match_odoo_id: 5 };
      assert.deepEqual(claimed.payload, { ...kept, observed: { name: "A" }, run_id: RUN });
    },
  );

  example("the most urgent comes first, and of those who is due longest", async (world) => {
    for (const [id, priority] of [["low", 1], ["first", 5], ["second", 5], ["high", 8]] as const) {
      await world.store.hint({ key: { side: "plane", type: "issue", id }, priority });
      world.advance(1);
    }
    const order = [];
    for (let n = 0; n < 4; n++) order.push((await world.store.claim("test", 1, LEASE_MS))[0]?.sourceId);
    assert.deepEqual(order, ["high", "first", "second", "low"]);
  });

  example(
    "a hint that comes while an entity is at work makes it due again after it is settled",
    async (world) => {
      await world.record(delivery("a"), "{}");
      const claimed = await claimOne(world);
      await world.record(delivery("a", { operation: "delete" }), "{}");
      assert.deepEqual(await world.store.claim("test", 1, LEASE_MS), []);
      assert.equal(await settle(world, claimed), true);
      const again = await claimOne(world);
      assert.deepEqual([again.operation, again.attempts], ["delete", 1]);
      await settle(world, again);
      assert.deepEqual(await world.store.claim("test", 1, LEASE_MS), []);
    },
  );

  example("only the holder settles; a lost lease is another's, and counts as a crash", async (world) => {
    await world.record(delivery("a"), "{}");
    const lost = await claimOne(world);
    world.advance(LEASE_MS);
    const holder = await claimOne(world);
    assert.equal(holder.crashes, 1);
    assert.equal(await settle(world, lost), false);
    assert.equal(await settle(world, holder), true);
    assert.equal(await settle(world, holder), false);
  });

  example("of those whose lease ended only one is given out at a time", async (world) => {
    for (const id of ["a", "b", "c"]) await world.record(delivery(id), "{}");
    assert.equal((await world.store.claim("test", 3, LEASE_MS)).length, 3);
    world.advance(LEASE_MS);
    await world.record(delivery("new"), "{}");
    const claimed = await world.store.claim("test", 10, LEASE_MS);
    assert.equal(claimed.filter(({ crashes }) => crashes === 1).length, 1);
    assert.equal(claimed.length, 2);
  });

  example(
    "a try that counts raises the attempts; one that met an outage or waits does not",
    async (world) => {
      await world.record(delivery("a"), "{}");
      const counts: number[][] = [];
      for (const kind of ["retry", "outage", "wait", "retry"] as const) {
        const claimed = await claimOne(world);
        counts.push([claimed.attempts, claimed.outages]);
        await settle(world, claimed, { kind, delayMs: 1_000, reason: "odoo_unreachable" });
        assert.deepEqual(await world.store.claim("test", 1, LEASE_MS), [], "not before its time");
        world.advance(1_000);
      }
      assert.deepEqual(counts, [[1, 0], [2, 0], [2, 1], [2, 2]]);
    },
  );

  example("a hint leaves an entity that rests in peace until it is due", async (world) => {
    await world.record(delivery("a"), "{}");
    await settle(world, await claimOne(world), { kind: "retry", delayMs: 90_000, reason: "odoo_timeout" });
    await world.record(delivery("a"), "{}");
    world.advance(89_999);
    assert.deepEqual(await world.store.claim("test", 1, LEASE_MS), []);
    world.advance(1);
    await claimOne(world);
  });

  example(
    "a dead letter is claimed no more until it is replayed or hinted, then with all its attempts",
    async (world) => {
      await world.record(delivery("a"), "{}");
      await settle(world, await claimOne(world), { kind: "dead", reason: "odoo_rejected" });
      world.advance(LEASE_MS);
      assert.deepEqual(await world.store.claim("test", 1, LEASE_MS), []);
      assert.equal(await world.replay("internal"), 0);
      assert.equal(await world.replay("odoo_rejected"), 1);
      const replayed = await claimOne(world);
      assert.equal(replayed.attempts, 1);
      await settle(world, replayed, { kind: "dead", reason: "odoo_rejected" });
      await world.record(delivery("a"), "{}");
      assert.equal((await claimOne(world)).attempts, 1);
    },
  );

  example("a dead letter about which something new was said meanwhile is none", async (world) => {
    await world.record(delivery("a"), "{}");
    const claimed = await claimOne(world);
    await world.record(delivery("a"), "{}");
    await settle(world, claimed, { kind: "dead", reason: "odoo_rejected" });
    assert.equal((await claimOne(world)).attempts, 1);
  });

  example(
    "two observations with one stamp and different contents ask for a read; the newest is kept",
    async (world) => {
      await world.record(delivery("a", { observation: { at: STAMP, hash: "x" } }), '"x"');
      await world.record(
        delivery("a", { observation: { at: "2026-01-31T11:00:00.000000Z", hash: "old" } }),
        '"old"',
      );
      const first = await claimOne(world);
      assert.deepEqual([first.observation?.hash, first.readFirst], ["x", false]);
      await world.record(delivery("a", { observation: { at: STAMP, hash: "y" } }), '"y"');
      await settle(world, first);
      const second = await claimOne(world);
      assert.deepEqual([second.observation?.body, second.readFirst], ['"x"', true]);
    },
  );

  example("several settle at once, and each is told for itself", async (world) => {
    for (const id of ["a", "b"]) await world.record(delivery(id), "{}");
    const [one, other] = await world.store.claim("test", 2, LEASE_MS);
    assert(one !== undefined && other !== undefined);
    const stale = { ...other, fence: String(Number(other.fence) - 1) };
    const ours = await world.store.settle([{ claimed: one, outcome: DONE }, {
      claimed: stale,
      outcome: DONE,
    }]);
    assert.deepEqual([...ours], [one.id]);
  });
}
