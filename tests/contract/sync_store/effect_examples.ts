/** What settling writes: mapping, snapshot, tombstone, log, hints. Dropped as a whole when the lease is lost. */
import assert from "node:assert/strict";
import type { Example } from "../sync_store_contract.ts";
import { claimOne, delivery, DONE, LEASE_MS, makePair, odooDelivery, settle } from "./world.ts";

const PLANE = { side: "plane", type: "issue", id: "a" } as const;
const ODOO = { side: "odoo", model: "project.task", id: "7" } as const;
const RUN = "7b0c2c52-9d8e-4f6c-8e0b-3a1d5f7c9e11";
const SNAPSHOT = {
  plane_base: { name: "A" },
  odoo_base: { name: "A", mapped_to: { x: "y" } },
  plane_seen: { id: "a", labels: ["l"] },
  placeholders: { one: "<node/>" },
};

export function effectExamples(example: Example): void {
  example("a snapshot is read as it was written, and replaced as a whole", async (world) => {
    const mapping_id = await makePair(world, "a", "7");
    for (const snapshot of [{ ...SNAPSHOT, plane_seen: null, placeholders: {} }, SNAPSHOT]) {
      await world.record(delivery("a"), "{}");
      await settle(world, await claimOne(world), DONE, { mapping_id, snapshot });
      assert.deepEqual((await world.store.readPair(ODOO)).snapshot, snapshot);
    }
  });

  example("stamps of a mapping: Plane's never goes back, Odoo's is the latest said", async (world) => {
    const mapping_id = await makePair(world, "a", "7");
    const stamps = async (plane_updated_at: string, odoo_write_date: string) => {
      await world.record(delivery("a"), "{}");
      await settle(world, await claimOne(world), DONE, {
        mapping_id,
        mapping: { plane_updated_at, odoo_write_date, synced: false },
      });
      const { mapping } = await world.store.readPair(PLANE);
      return [mapping?.plane_updated_at, mapping?.odoo_write_date];
    };
    const early = "2026-01-31T10:00:00.123456Z";
    const late = "2026-01-31T11:00:00.654321Z";
    assert.deepEqual(await stamps(late, late), [late, late]);
    assert.deepEqual(await stamps(early, early), [late, early]);
  });

  example(
    "the log says what was done, by whom, for which run, and whether a delivery asked for it",
    async (world) => {
      const mapping_id = await makePair(world, "a", "7");
      const changes = [{
        field: "name",
        side: "plane",
        from: "A",
        to: "B",
        why: "changed_in_odoo",
        base: "A",
      }];
      await world.record(odooDelivery("7"), "{}");
      await settle(world, await claimOne(world), DONE, {
        mapping_id,
        log: [{ operation: "update", success: true, changes, actor: "12", duration_ms: 3 }],
      });
      await world.store.hint({ key: PLANE, payload: { run_id: RUN } });
      await settle(world, await claimOne(world), DONE, {
        mapping_id,
        log: [{ operation: "none", success: false, error_message: "partner_deleted", duration_ms: 0 }],
      });
      assert.deepEqual(await world.log(), [
        {
          mappingId: mapping_id,
          sourceSystem: "odoo",
          sourceId: "7",
          targetId: "a",
          operation: "update",
          success: true,
          error: null,
          changes,
          actor: "12",
          runId: null,
          announced: true,
        },
        {
          mappingId: mapping_id,
          sourceSystem: "plane",
          sourceId: "a",
          targetId: "7",
          operation: "none",
          success: false,
          error: "partner_deleted",
          changes: [],
          actor: null,
          runId: RUN,
          announced: false,
        },
      ]);
    },
  );

  example("an effect of a lost lease writes nothing", async (world) => {
    const mapping_id = await makePair(world, "a", "7");
    await world.record(delivery("a"), "{}");
    const lost = await claimOne(world);
    world.advance(LEASE_MS);
    await claimOne(world);
    const written = {
      mapping_id,
      mapping: { status: "archived", synced: true },
      snapshot: SNAPSHOT,
      tombstone: "deleted_in_plane",
      log: [{ operation: "archive", success: true, duration_ms: 0 }],
      hints: [{ key: { side: "plane", type: "issue", id: "other" } }],
      conflicts: { open: [{ field: "name", base: null, plane_value: "A", odoo_value: "B" }] },
    };
    assert.equal(await settle(world, lost, DONE, written), false);
    const pair = await world.store.readPair(PLANE);
    assert.deepEqual([pair.mapping?.status, pair.snapshot, pair.tombstone, pair.conflicts], [
      "active",
      null,
      null,
      [],
    ]);
    assert.deepEqual(await world.log(), []);
    assert.deepEqual(await world.store.claim("test", 1, LEASE_MS), []);
  });

  example(
    "two records cannot have one partner: the settlement that says so is refused as a whole",
    async (world) => {
      await makePair(world, "a", "7");
      const other = await makePair(world, "b", "8");
      await world.record(delivery("b"), "{}");
      const claimed = await claimOne(world);
      const written = { mapping_id: other, mapping: { odoo_id: "7", synced: true }, snapshot: SNAPSHOT };
      await assert.rejects(settle(world, claimed, DONE, written), { code: "23505" });
      const pair = await world.store.readPair({ side: "plane", type: "issue", id: "b" });
      assert.deepEqual([pair.mapping?.odoo_id, pair.snapshot], ["8", null]);
      assert.equal(await settle(world, claimed), true, "it is still ours");
    },
  );

  example("a tombstone is found from both sides, and goes when the record is linked again", async (world) => {
    const mapping_id = await makePair(world, "a", "7");
    await world.record(delivery("a"), "{}");
    await settle(world, await claimOne(world), DONE, { mapping_id, tombstone: "deleted_in_plane" });
    const tombstone = {
      plane_type: "issue",
      plane_id: "a",
      odoo_model: "project.task",
      odoo_id: "7",
      reason: "deleted_in_plane",
    };
    for (const key of [PLANE, ODOO]) assert.deepEqual((await world.store.readPair(key)).tombstone, tombstone);
    await world.record(delivery("a"), "{}");
    await settle(world, await claimOne(world), DONE, { mapping_id, relinked: true });
    assert.equal((await world.store.readPair(ODOO)).tombstone, null);
  });

  example(
    "a record that never had a partner leaves a tombstone too, when it is one of Plane",
    async (world) => {
      await world.record(delivery("a"), "{}");
      await settle(world, await claimOne(world), DONE, {
        tombstone: "deleted_in_plane",
        odoo_model: "project.task",
      });
      assert.deepEqual((await world.store.readPair(PLANE)).tombstone, {
        plane_type: "issue",
        plane_id: "a",
        odoo_model: "project.task",
        odoo_id: null,
        reason: "deleted_in_plane",
      });
      await world.record(odooDelivery("7"), "{}");
      await settle(world, await claimOne(world), DONE, {
        tombstone: "deleted_in_odoo",
        odoo_model: "project.task",
      });
      assert.equal((await world.store.readPair(ODOO)).tombstone, null);
    },
  );

  example(
    "a deleted mapping is forgotten, its partner is not, and a hint of Odoo finds it under its own key",
    async (world) => {
      const mapping_id = await makePair(world, "a", "7");
      await world.deleteMapping(mapping_id);
      for (const key of [PLANE, ODOO]) {
        const { mapping, tombstone } = await world.store.readPair(key);
        assert.deepEqual([mapping, tombstone?.reason, tombstone?.plane_id], [null, "mapping_deleted", "a"]);
      }
      await world.store.hint({ key: ODOO });
      assert.equal((await claimOne(world)).entityKey, "project.task:7");
    },
  );

  example(
    "a hint left by settling makes its entity due, and the settled one again when it is its own",
    async (world) => {
      await world.record(delivery("a"), "{}");
      const claimed = await claimOne(world);
      await settle(world, claimed, DONE, {
        hints: [{ key: ODOO, operation: "delete", payload: { run_id: RUN } }, {
          key: PLANE,
          readFirst: true,
        }],
      });
      const due = await world.store.claim("test", 10, LEASE_MS);
      assert.deepEqual(
        due.map(({ entityKey, operation, readFirst, runId }) => [entityKey, operation, readFirst, runId])
          .sort(),
        [["issue:a", "update", true, null], ["project.task:7", "delete", false, RUN]],
      );
    },
  );

  example("an error is kept with the mapping while others go on; a success ends it", async (world) => {
    const mapping_id = await makePair(world, "a", "7");
    await world.record(delivery("a"), "{}");
    const claimed = await claimOne(world);
    const mapping = { status: "error", last_error: "odoo_rejected", synced: false };
    await settle(world, claimed, { kind: "dead", reason: "odoo_rejected" }, { mapping_id, mapping });
    assert.equal((await world.store.readPair(PLANE)).mapping?.status, "error");
    await world.record(delivery("a"), "{}");
    await settle(world, await claimOne(world), DONE, {
      mapping_id,
      mapping: { status: "active", synced: true },
    });
    assert.equal((await world.store.readPair(PLANE)).mapping?.status, "active");
  });

  example("deliveries are among the hints at work, or they are not", async (world) => {
    const announced = async () => (await world.store.readPair(ODOO)).announced;
    await makePair(world, "a", "7");
    await world.store.hint({ key: PLANE });
    assert.equal(await announced(), false);
    await world.record(odooDelivery("7"), "{}");
    assert.equal(await announced(), true);
    await settle(world, await claimOne(world));
    assert.equal(await announced(), false);
  });

  example(
    "archived partners of a project are those both sides last agreed to have archived",
    async (world) => {
      const archived = [];
      for (
        const [planeId, odooId, isArchived, project] of [
          ["a", "7", true, "p"],
          ["b", "8", false, "p"],
          ["c", "9", true, "q"],
        ] as const
      ) {
        const mapping_id = await makePair(world, planeId, odooId);
        await world.record(delivery(planeId), "{}");
        await settle(world, await claimOne(world), DONE, {
          mapping_id,
          mapping: { plane_project_id: project, synced: false },
          snapshot: { ...SNAPSHOT, odoo_base: { archived: isArchived } },
        });
        archived.push(...await world.store.archivedPartners("p", "project.task"));
      }
      assert.deepEqual(archived, [7, 7, 7]);
      assert.deepEqual(await world.store.archivedPartners("p", "project.project"), []);
    },
  );
}
