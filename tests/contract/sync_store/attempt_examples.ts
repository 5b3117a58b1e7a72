/** Writes that are noted before they are sent, and what settling makes of them. */
import assert from "node:assert/strict";
import type { NewAttempt } from "../../../shared/store/engine/sync_store.ts";
import type { Example } from "../sync_store_contract.ts";
import { claimOne, delivery, DONE, LEASE_MS, makePair, settle, type StoreWorld } from "./world.ts";

const PLANE = { side: "plane", type: "issue", id: "a" } as const;
const CHANGE = { field: "name", side: "odoo", from: "A", to: "B", why: "conflict_plane_won", base: "A" };
const ATTEMPT: NewAttempt = {
  side: "odoo",
  stamp: "2026-01-31T10:00:00.123456Z",
  plane_base: { name: "B" },
  odoo_base: { name: "B", labels: [1] },
  changes: [CHANGE],
  actor: "12",
};

/** A pair, and its claim, which has noted a write and then not been heard of again. */
async function pairWithAttempt(world: StoreWorld, attempt = ATTEMPT) {
  const mapping_id = await makePair(world, "a", "7");
  await world.record(delivery("a"), "{}");
  const dead = await claimOne(world);
  const id = await world.store.noteAttempt(dead, mapping_id, attempt);
  world.advance(LEASE_MS);
  return { mapping_id, id, dead };
}

export function attemptExamples(example: Example): void {
  example("a write that was noted is read with its pair until somebody settles it", async (world) => {
    const { mapping_id, id } = await pairWithAttempt(world);
    const { changes: _changes, actor: _actor, ...known } = ATTEMPT;
    assert.deepEqual((await world.store.readPair(PLANE)).attempts, [{ id, ...known }]);
    await settle(world, await claimOne(world), DONE, { mapping_id });
    assert.equal((await world.store.readPair(PLANE)).attempts.length, 1, "nobody said what became of it");
    await world.record(delivery("a"), "{}");
    await settle(world, await claimOne(world), DONE, { mapping_id, attempts: [{ id, became: "settled" }] });
    assert.deepEqual((await world.store.readPair(PLANE)).attempts, []);
    assert.deepEqual(await world.log(), []);
  });

  example("who has lost the lease notes nothing", async (world) => {
    const { mapping_id, dead } = await pairWithAttempt(world);
    await claimOne(world);
    assert.equal(await world.store.noteAttempt(dead, mapping_id, ATTEMPT), null);
    assert.equal((await world.store.readPair(PLANE)).attempts.length, 1);
  });

  for (
    const [became, success, error] of [["written", true, null], [
      "unknown",
      false,
      "outcome_unknown",
    ]] as const
  ) {
    example(`an attempt that became ${became} is in the log, before what its finder did`, async (world) => {
      const { mapping_id, id } = await pairWithAttempt(world);
      await settle(world, await claimOne(world), DONE, {
        mapping_id,
        attempts: [{ id, became }],
        log: [{ operation: "none", success: true, duration_ms: 0 }],
      });
      const [first, second] = await world.log();
      assert.deepEqual(
        [first?.operation, first?.success, first?.error, first?.changes, first?.actor, first?.announced],
        ["update", success, error, [CHANGE], "12", true],
      );
      assert.equal(second?.operation, "none");
    });
  }

  example("an attempt that came to nothing leaves no trace; a making is logged as one", async (world) => {
    const { mapping_id, id } = await pairWithAttempt(world, { ...ATTEMPT, stamp: null });
    const finder = await claimOne(world);
    const other = await world.store.noteAttempt(finder, mapping_id, ATTEMPT);
    await settle(world, finder, DONE, {
      mapping_id,
      attempts: [{ id, became: "written" }, { id: other, became: "nothing" }],
    });
    assert.deepEqual((await world.log()).map(({ operation }) => operation), ["create"]);
  });

  example("deleting a mapping deletes what was noted for it", async (world) => {
    const { mapping_id } = await pairWithAttempt(world);
    await world.deleteMapping(mapping_id);
    assert.deepEqual((await world.store.readPair(PLANE)).attempts, []);
  });
}
