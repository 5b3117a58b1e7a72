/** Fields that wait for a decision, and the decision. */
import assert from "node:assert/strict";
import type { Example } from "../sync_store_contract.ts";
import { claimOne, delivery, DONE, LEASE_MS, makePair, settle, type StoreWorld } from "./world.ts";

const PLANE = { side: "plane", type: "issue", id: "a" } as const;
const UNKNOWN = "00000000-0000-4000-8000-000000000000";

const conflict = (field: string, plane_value: unknown, odoo_value: unknown) => ({
  field,
  base: "base",
  plane_value,
  odoo_value,
  plane_at: "2026-01-31T12:00:00Z",
  odoo_at: null,
  plane_actor: "someone",
  odoo_actor: null,
});

async function look(world: StoreWorld, mapping_id: string, conflicts: object): Promise<void> {
  await world.record(delivery("a"), "{}");
  await settle(world, await claimOne(world), DONE, { mapping_id, conflicts });
}

const conflicts = async (world: StoreWorld) => (await world.store.readPair(PLANE)).conflicts;

export function conflictExamples(example: Example): void {
  example("a conflict is open once per field, with the values of the latest look", async (world) => {
    const mapping = await makePair(world, "a", "7");
    await look(world, mapping, { open: [conflict("name", "P", "O"), conflict("labels", ["x"], null)] });
    world.advance(1);
    const before = await conflicts(world);
    assert.deepEqual(before.map(({ id: _id, ...rest }) => rest), [
      { field: "labels", plane_value: ["x"], odoo_value: null, resolution: null },
      { field: "name", plane_value: "P", odoo_value: "O", resolution: null },
    ]);
    await look(world, mapping, { open: [conflict("name", "P2", "O")] });
    assert.deepEqual(
      await conflicts(world),
      before.map((one) => one.field === "name" ? { ...one, plane_value: "P2" } : one),
    );
  });

  example(
    "what is settled or gone is open no more; the field may come into conflict again",
    async (world) => {
      const mapping = await makePair(world, "a", "7");
      await look(world, mapping, { open: [conflict("name", "P", "O"), conflict("priority", 1, 2)] });
      await look(world, mapping, { settled: ["name"], how: "gone" });
      assert.deepEqual((await conflicts(world)).map(({ field }) => field), ["priority"]);
      world.advance(1);
      await look(world, mapping, { open: [conflict("name", "P", "O")] });
      assert.deepEqual((await conflicts(world)).map(({ field }) => field), ["priority", "name"]);
    },
  );

  example("a decision is with the conflict, and the pair is looked at on both sides", async (world) => {
    const mapping = await makePair(world, "a", "7");
    await look(world, mapping, { open: [conflict("name", "P", "O")] });
    const [open] = await conflicts(world);
    assert.equal(await world.resolve(open?.id ?? "", { side: "odoo" }, "me"), true);
    assert.equal(
      await world.resolve(open?.id ?? "", { value: "Z" }, "me"),
      true,
      "another choice may be made",
    );
    const claimed = await claimOne(world);
    assert.deepEqual([claimed.entityKey, claimed.planeHinted, claimed.odooHinted], ["issue:a", true, true]);
    assert.deepEqual((await conflicts(world))[0]?.resolution, { value: "Z" });
    await settle(world, claimed, DONE, {
      mapping_id: mapping,
      conflicts: { settled: ["name"], how: "resolved" },
    });
    assert.deepEqual(await conflicts(world), []);
    assert.equal(await world.resolve(open?.id ?? "", { side: "plane" }, "me"), false);
    assert.deepEqual(await world.store.claim("test", 1, LEASE_MS), [], "and leaves no hint");
  });

  example("a decision about nothing is none", async (world) => {
    assert.equal(await world.resolve(UNKNOWN, { side: "plane" }, "me"), false);
  });

  example("a decision that comes while the pair is at work is not taken for carried out", async (world) => {
    const mapping = await makePair(world, "a", "7");
    await look(world, mapping, { open: [conflict("name", "P", "O")] });
    const [open] = await conflicts(world);
    await world.resolve(open?.id ?? "", { side: "odoo" }, "me");
    const claimed = await claimOne(world);
    await world.resolve(open?.id ?? "", { side: "plane" }, "me");
    const carriedOut = { mapping_id: mapping, conflicts: { settled: ["name"], how: "resolved" } };
    await settle(world, claimed, DONE, carriedOut);
    assert.deepEqual((await conflicts(world))[0]?.resolution, { side: "plane" });
    await settle(world, await claimOne(world), DONE, carriedOut);
    assert.deepEqual(await conflicts(world), []);
  });

  example("a look that finds the conflict as it was leaves the decision alone", async (world) => {
    const mapping = await makePair(world, "a", "7");
    await look(world, mapping, { open: [conflict("name", "P", "O")] });
    const [open] = await conflicts(world);
    await world.resolve(open?.id ?? "", { side: "plane" }, "me");
    await settle(world, await claimOne(world), DONE, {
      mapping_id: mapping,
      conflicts: { open: [conflict("name", "P", "O2")] },
    });
    assert.deepEqual((await conflicts(world))[0]?.resolution, { side: "plane" });
  });

  example(
    "a decision that decided nothing is dropped, unless it came while the pair was at work",
    async (world) => {
      const mapping = await makePair(world, "a", "7");
      await look(world, mapping, { open: [conflict("name", "P", "O"), conflict("state", "P", "O")] });
      const decide = async (id: string, value: string) => await world.resolve(id, { value }, "me");
      const decisions = async () => (await conflicts(world)).map(({ resolution }) => resolution);
      const [name, state] = await conflicts(world);
      await decide(name?.id ?? "", "Z");
      await decide(state?.id ?? "", "none");
      const found = {
        mapping_id: mapping,
        conflicts: { open: [conflict("state", "P", "O")], undecided: ["state"] },
      };
      const claimed = await claimOne(world);
      await decide(state?.id ?? "", "none either");
      await settle(world, claimed, DONE, found);
      assert.deepEqual(await decisions(), [{ value: "Z" }, { value: "none either" }]);
      await settle(world, await claimOne(world), DONE, found);
      assert.deepEqual(await decisions(), [{ value: "Z" }, null]);
    },
  );

  example("a deleted mapping takes its conflicts with it", async (world) => {
    const mapping = await makePair(world, "a", "7");
    await look(world, mapping, { open: [conflict("name", "P", "O")] });
    const [open] = await conflicts(world);
    await world.deleteMapping(mapping);
    assert.equal(await world.resolve(open?.id ?? "", { side: "plane" }, "me"), false);
  });
}
