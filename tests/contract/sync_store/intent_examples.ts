/** The mapping that exists before the partner does, from either side. */
import assert from "node:assert/strict";
import type { RecordKey } from "../../../shared/store/sync_store.ts";
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
