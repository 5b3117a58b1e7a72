/** Records wait for records of either side, and are woken in the settlement that makes what they wait for. */
import assert from "node:assert/strict";
import type { Claimed, Outcome } from "../../../shared/store/queue.ts";
import type { Example } from "../sync_store_contract.ts";
import {
  claimOne,
  delivery,
  DONE,
  LEASE_MS,
  makePair,
  odooDelivery,
  settle,
  type StoreWorld,
} from "./world.ts";

const WAIT: Outcome = { kind: "wait", delayMs: 300_000, reason: "waits_for_project" };
const REFUSED: Outcome = { kind: "wait", delayMs: 60_000, reason: "refused" };

/** A Plane project whose intent is open; its partner is made by settling what is returned. */
async function project(world: StoreWorld): Promise<{ claimed: Claimed; made: object }> {
  await world.record(delivery("p", { entity: { type: "project", id: "p" } }), "{}");
  const claimed = await claimOne(world);
  const intent = await world.store.openIntent(claimed, {
    key: { side: "plane", type: "project", id: "p" },
    planeType: "project",
    odooModel: "project.project",
    planeProjectId: "p",
  });
  return {
    claimed,
    made: { mapping_id: intent?.id, mapping: { odoo_id: "1", synced: true }, created: true },
  };
}

export function waitingExamples(example: Example): void {
  example(
    "who waits for a project, by either of its names, is due the moment it has its partner",
    async (world) => {
      const { claimed, made } = await project(world);
      await world.record(delivery("a"), "{}");
      await settle(world, await claimOne(world), WAIT, { waits_for: ["project:p"] });
      await world.record(odooDelivery("7"), "{}");
      await settle(world, await claimOne(world), WAIT, { waits_for: ["project.project:1"] });
      assert.deepEqual(await world.store.claim("test", 10, LEASE_MS), []);

      await settle(world, claimed, DONE, made);
      const woken = await world.store.claim("test", 10, LEASE_MS);
      assert.deepEqual(
        woken.map(({ entityKey, sourceSystem, sourceType, sourceId, planeHinted, odooHinted }) =>
          [entityKey, sourceSystem, sourceType, sourceId, planeHinted, odooHinted].join(" ")
        ).sort(),
        ["issue:a plane issue a true false", "project.task:7 odoo project.task 7 false true"],
      );
    },
  );

  example("who was settled without what it waits for gets a hint when that is there", async (world) => {
    await world.record(odooDelivery("7"), "{}");
    await settle(world, await claimOne(world), DONE, { waits_for: ["project:p"] });
    const { claimed, made } = await project(world);
    await settle(world, claimed, DONE, made);
    assert.equal((await claimOne(world)).entityKey, "project.task:7");
    await world.store.hint({ key: { side: "plane", type: "project", id: "p" } });
  });

  for (const name of ["project:p", "project.project:1"]) {
    example(`what it waits for was made while it was at work (${name}): it is due at once`, async (world) => {
      const { claimed, made } = await project(world);
      await world.record(delivery("a"), "{}");
      const child = await claimOne(world);
      await settle(world, claimed, DONE, made);
      await settle(world, child, WAIT, { waits_for: [name] });
      assert.equal((await claimOne(world)).entityKey, "issue:a");
    });
  }

  example("waking does not disturb one that rests for another reason", async (world) => {
    const { claimed, made } = await project(world);
    await world.record(delivery("a"), "{}");
    const rest: Outcome = { kind: "retry", delayMs: 90_000, reason: "odoo_timeout" };
    await settle(world, await claimOne(world), rest, { waits_for: ["project:p"] });
    await settle(world, claimed, DONE, made);
    assert.deepEqual(await world.store.claim("test", 10, LEASE_MS), []);
    world.advance(90_000);
    await claimOne(world);
  });

  example("who rests because a value was refused is due as soon as anybody hints it", async (world) => {
    await world.record(delivery("a"), "{}");
    await settle(world, await claimOne(world), REFUSED, {});
    assert.deepEqual(await world.store.claim("test", 10, LEASE_MS), []);
    await world.store.hint({ key: { side: "plane", type: "issue", id: "a" } });
    const again = await claimOne(world);
    assert.equal(again.outages, 1, "a look somebody asked for is no try of its own");
    await world.store.hint({ key: { side: "plane", type: "issue", id: "a" } });
    await settle(world, again, REFUSED, {});
    assert.equal((await claimOne(world)).outages, 2, "and so it is when the hint came while it was at work");
  });

  example(
    "what configuration leaves out is no run's any more, unless it is hinted while it is at work",
    async (world) => {
      const key = { side: "plane", type: "project", id: "p" } as const;
      const payload = { run_id: "7b0c2c52-9d8e-4f6c-8e0b-3a1d5f7c9e11" };
      const park: Outcome = { kind: "park", reason: "left_out" };
      await world.store.hint({ key, payload });
      const first = await claimOne(world);
      await world.store.hint({ key });
      await settle(world, first, park);
      const second = await claimOne(world);
      assert.equal(second.runId, payload.run_id);
      await settle(world, second, park);
      await world.store.hint({ key });
      assert.equal((await claimOne(world)).runId, null);
    },
  );

  for (const isAtWork of [false, true]) {
    example(
      `a project left out by either of its names is due when it has its partner (at work: ${isAtWork})`,
      async (world) => {
        const park: Outcome = { kind: "park", reason: "left_out" };
        const { claimed, made } = await project(world);
        await world.store.hint({ key: { side: "odoo", model: "project.project", id: "1" } });
        const other = await claimOne(world);
        if (!isAtWork) await settle(world, other, park);
        assert.deepEqual(await world.store.claim("test", 10, LEASE_MS), []);
        await settle(world, claimed, DONE, made);
        if (isAtWork) await settle(world, other, park);
        const again = await claimOne(world);
        assert.equal(again.entityKey, "project.project:1");
        await settle(world, again);
        assert.deepEqual(await world.store.claim("test", 10, LEASE_MS), []);
      },
    );
  }

  example("a refused parent is looked at when that has moved, once, and is told so", async (world) => {
    await world.record(delivery("a"), "{}");
    await settle(world, await claimOne(world), REFUSED, { waits_for: ["moved:issue:parent"] });
    await makePair(world, "parent", "1");
    assert.deepEqual(await world.store.claim("test", 10, LEASE_MS), [], "being made is not moving");
    const move = async () => {
      await world.store.hint({ key: { side: "plane", type: "issue", id: "parent" } });
      await settle(world, await claimOne(world), DONE, {
        wakes: ["moved:issue:parent", "moved:project.task:1"],
      });
    };
    await move();
    const woken = await claimOne(world);
    assert.deepEqual([woken.entityKey, woken.payload], ["issue:a", { retry_refused: true }]);
    await settle(world, woken);
    await move();
    assert.deepEqual(await world.store.claim("test", 10, LEASE_MS), []);
  });

  example(
    "who is refused its parent again is not told of that move any more, unless it was hinted meanwhile",
    async (world) => {
      const key = { side: "plane", type: "issue", id: "a" } as const;
      await world.store.hint({ key, payload: { retry_refused: true, project_id: "p" } });
      const first = await claimOne(world);
      await world.store.hint({ key });
      await settle(world, first, REFUSED, {});
      const second = await claimOne(world);
      assert.deepEqual(second.payload, { retry_refused: true, project_id: "p" });
      await settle(world, second, REFUSED, {});
      await world.store.hint({ key });
      assert.deepEqual((await claimOne(world)).payload, { project_id: "p" });
    },
  );

  example("a record is woken once", async (world) => {
    const { claimed, made } = await project(world);
    await world.record(delivery("a"), "{}");
    await settle(world, await claimOne(world), DONE, { waits_for: ["project:p", "issue:parent"] });
    await settle(world, claimed, DONE, made);
    await settle(world, await claimOne(world));
    await world.store.hint({ key: { side: "plane", type: "project", id: "p" } });
    await settle(world, await claimOne(world), DONE, made);
    assert.deepEqual(await world.store.claim("test", 10, LEASE_MS), []);
  });
}
