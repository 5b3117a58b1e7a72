/** The mapping that exists before the partner does, from either side. */
import assert from "node:assert/strict";
import type { Claimed } from "../../../shared/store/queue.ts";
import type { RecordKey } from "../../../shared/store/engine/sync_store.ts";
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

const ODOO = { side: "odoo", model: "project.task", id: "7" } as const;
const PLANE = { side: "plane", type: "issue", id: "a" } as const;

const open = (
  { store }: StoreWorld,
  claimed: Awaited<ReturnType<typeof claimOne>>,
  key: RecordKey,
  odooModel = "project.task",
) => store.openIntent(claimed, { key, planeType: "issue", odooModel, planeProjectId: "p" });

export function intentExamples(example: Example): void {
  example("a record nobody knows has configurations of its kind and nothing else", async ({ store }) => {
    const plane = await store.readPair(PLANE);
    assert.deepEqual(
      plane.configs.map(({ odoo_model, enabled }) => [odoo_model, enabled]),
      [["account.move", false], ["project.task", true], ["sale.order", false]],
    );
    const odoo = await store.readPair(ODOO);
    assert.deepEqual(odoo.configs.map(({ plane_type }) => plane_type), ["issue"]);
    const [config] = odoo.configs;
    assert.deepEqual([config?.direction, config?.conflict_resolution, config?.options], [
      "bidirectional",
      "latest_wins",
      {},
    ]);
    assert.equal(config?.field_mappings.name, "name");
    for (const { configs: _configs, ...rest } of [plane, odoo]) {
      assert.deepEqual(rest, {
        mapping: null,
        snapshot: null,
        tombstone: null,
        conflicts: [],
        attempts: [],
        announced: false,
      });
    }
    assert.equal(await store.readPartner(PLANE), null);
    assert.equal(await store.readPartner(ODOO), null);
  });

  example(
    "an intent of Odoo's side has no Plane id, one of Plane's no Odoo id; both are found by the side they have",
    async (world) => {
      await world.record(odooDelivery("7"), "{}");
      const ofOdoo = await open(world, await claimOne(world), ODOO);
      assert.deepEqual([
        ofOdoo?.origin,
        ofOdoo?.plane_id,
        ofOdoo?.odoo_id,
        ofOdoo?.plane_project_id,
        ofOdoo?.status,
      ], [
        "odoo",
        null,
        "7",
        "p",
        "active",
      ]);
      assert.deepEqual((await world.store.readPair(ODOO)).mapping, ofOdoo);

      await world.record(delivery("a"), "{}");
      const ofPlane = await open(world, await claimOne(world), PLANE);
      assert.deepEqual([ofPlane?.origin, ofPlane?.plane_id, ofPlane?.odoo_id], ["plane", "a", null]);
      assert.deepEqual((await world.store.readPair(PLANE)).mapping, ofPlane);
      assert.equal((await world.store.readPartner(PLANE))?.odooId, null);
    },
  );

  example("an intent opened again is the same one", async (world) => {
    await world.record(odooDelivery("7"), "{}");
    const claimed = await claimOne(world);
    assert.deepEqual(await open(world, claimed, ODOO), await open(world, claimed, ODOO));
  });

  example("nobody opens an intent after the lease is lost", async (world) => {
    await world.record(odooDelivery("7"), "{}");
    const lost = await claimOne(world);
    world.advance(LEASE_MS);
    await claimOne(world);
    assert.equal(await open(world, lost, ODOO), null);
    assert.equal((await world.store.readPair(ODOO)).mapping, null);
  });

  example("a record that belongs to another kind gets no intent", async (world) => {
    await world.record(delivery("a"), "{}");
    const claimed = await claimOne(world);
    assert.notEqual(await open(world, claimed, PLANE), null);
    assert.equal(await open(world, claimed, PLANE, "sale.order"), null);
  });

  example(
    "an intent of Odoo's side gets its Plane id, and both sides find the pair and hint it under one key",
    async (world) => {
      await world.record(odooDelivery("7"), "{}");
      const claimed = await claimOne(world);
      const intent = await open(world, claimed, ODOO);
      await settle(world, claimed, DONE, {
        mapping_id: intent?.id,
        mapping: { plane_id: "a", plane_type: "issue", synced: true },
        created: true,
        hints: [{ key: PLANE, priority: 6, projectId: "p" }],
      });
      for (const key of [ODOO, PLANE]) {
        const { mapping } = await world.store.readPair(key);
        assert.deepEqual([mapping?.plane_id, mapping?.odoo_id, mapping?.origin], ["a", "7", "odoo"]);
      }
      await world.store.hint({ key: ODOO });
      const next = await claimOne(world);
      assert.deepEqual(
        [next.entityKey, next.sourceSystem, next.sourceId, next.planeHinted, next.odooHinted],
        ["issue:a", "plane", "a", true, true],
      );
    },
  );

  example("an intent for a record that is one of a pair is that pair", async (world) => {
    const mappingId = await makePair(world, "a", "7");
    await world.record(delivery("other"), "{}");
    const claimed = await claimOne(world);
    const found = await open(world, claimed, ODOO);
    assert.deepEqual([found?.id, found?.plane_id], [mappingId, "a"]);
  });

  example(
    "an Odoo record that was found for one Plane record is nobody else's until that is a pair",
    async (world) => {
      const { store } = world;
      const want = (claimed: Claimed, id: string, matchOdooId?: string) =>
        store.openIntent(claimed, {
          key: { side: "plane", type: "issue", id },
          planeType: "issue",
          odooModel: "project.task",
          planeProjectId: "p",
          ...(matchOdooId === undefined ? {} : { matchOdooId }),
        });
      await world.record(delivery("a"), "{}");
      const first = await claimOne(world);
      const own = await want(first, "a", "7");
      assert.deepEqual([own?.plane_id, own?.odoo_id], ["a", null]);
      assert.deepEqual(await want(first, "a", "7"), own, "its own again");
      await world.record(delivery("b"), "{}");
      const second = await claimOne(world);
      assert.equal((await want(second, "b", "7"))?.id, own?.id);
      assert.equal(await store.readPartner({ ...PLANE, id: "b" }), null, "nothing was opened for the other");
      await world.record(odooDelivery("7"), "{}");
      const third = await claimOne(world);
      assert.equal((await open(world, third, ODOO))?.id, own?.id, "nor for the Odoo record itself");

      // It found another, then nothing: what it had is free.
      await want(first, "a", "8");
      const taken = await want(second, "b", "7");
      assert.equal(taken?.plane_id, "b");
      await want(first, "a");
      assert.equal((await want(second, "b", "8"))?.plane_id, "b");
      await want(first, "a", "7");
      await settle(world, first, DONE, {
        mapping_id: own?.id,
        mapping: { odoo_id: "7", synced: true, status: "active" },
        created: true,
      });
      assert.equal((await want(second, "b", "7"))?.id, own?.id, "a pair has it for good");
      assert.equal((await want(second, "b", "8"))?.plane_id, "b");
    },
  );

  example("what an intent that has ended was found to belong to is free again", async (world) => {
    const intent = (id: string) => ({
      key: { side: "plane", type: "issue", id } as const,
      planeType: "issue",
      odooModel: "project.task",
      planeProjectId: "p",
      matchOdooId: "7",
    });
    await world.record(delivery("a"), "{}");
    const first = await claimOne(world);
    const ended = await world.store.openIntent(first, intent("a"));
    await settle(world, first, DONE, {
      mapping_id: ended?.id,
      mapping: { status: "archived", synced: false },
    });
    await world.record(delivery("b"), "{}");
    assert.equal((await world.store.openIntent(await claimOne(world), intent("b")))?.plane_id, "b");
  });

  example("a partner is known from both sides, and whether it was deleted in Odoo", async (world) => {
    const mappingId = await makePair(world, "a", "7");
    const partner = {
      mappingId,
      planeType: "issue",
      planeId: "a",
      planeProjectId: null,
      odooModel: "project.task",
      odooId: 7,
      deleted: false,
    };
    assert.deepEqual(await world.store.readPartner(PLANE), partner);
    assert.deepEqual(await world.store.readPartner(ODOO), partner);
    assert.deepEqual(await world.store.readPartners("issue", ["a", "b"]), new Map([["a", partner]]));
    assert.deepEqual(await world.store.readPartners("cycle", ["a"]), new Map());
    assert.deepEqual(await world.store.readPartners("issue", []), new Map());
    await world.record(delivery("a"), "{}");
    await settle(world, await claimOne(world), DONE, {
      mapping_id: mappingId,
      mapping: { status: "archived", synced: false },
      tombstone: "deleted_in_odoo",
    });
    assert.equal((await world.store.readPartner(ODOO))?.deleted, true);
  });
}
