/** What holds after any script, whichever store it is. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { play } from "./play.ts";
import { KEYS } from "./script.ts";
import { scripts } from "./script_arbitraries.ts";
import { DONE, LEASE_MS, type StoreWorld } from "./world.ts";

export function scriptProperties(name: string, open: () => Promise<StoreWorld>): void {
  const property = (what: string, check: (world: StoreWorld) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, async () => {
      await using world = await open();
      await fc.assert(
        fc.asyncProperty(scripts, async (script) => {
          await world.reset();
          await play(world, script);
          await check(world);
        }),
        { numRuns: 15 },
      );
    });

  property("whatever happened, when everybody does their work nothing is left to do", async (world) => {
    await finish(world);
    assert.deepEqual(await world.store.claim("test", 100, LEASE_MS), []);
    for (const key of KEYS) assert.equal((await world.store.readPair(key)).announced, false);
  });

  property("whatever happened, both sides of a pair name the same pair", async ({ store }) => {
    for (const key of KEYS) {
      const { mapping } = await store.readPair(key);
      if (mapping === null) continue;
      assert.equal((await store.readPartner(key))?.mappingId, mapping.id);
      const sides = [
        mapping.plane_id === null
          ? null
          : { side: "plane", type: mapping.plane_type, id: mapping.plane_id } as const,
        mapping.odoo_id === null
          ? null
          : { side: "odoo", model: mapping.odoo_model, id: mapping.odoo_id } as const,
      ];
      for (const side of sides) {
        if (side !== null) assert.equal((await store.readPair(side)).mapping?.id, mapping.id);
      }
    }
  });
}

/** Everything is switched on, dead letters are due again, and whoever is due is settled, until nobody is. */
async function finish(world: StoreWorld): Promise<void> {
  await world.resume({ scope: "all" });
  const pair = { scope: "pair", planeType: "issue", odooModel: "project.task" } as const;
  await world.pause(pair);
  await world.resume(pair);
  for (const named of KEYS) {
    const type = named.side === "plane" ? named.type : named.model;
    await world.pause({ scope: "entity", type, id: named.id });
    await world.resume({ scope: "entity", type, id: named.id });
  }
  await world.replay("odoo_rejected");
  // What was parked without a partner, and is not of that kind, is let go by a hint only.
  const project = { scope: "pair", planeType: "project", odooModel: "project.project" } as const;
  await world.pause(project);
  await world.resume(project);
  for (let rounds = 0; rounds < 3 * KEYS.length; rounds++) {
    world.advance(LEASE_MS);
    const claimed = await world.store.claim("test", 100, LEASE_MS);
    await world.store.settle(claimed.map((one) => ({ claimed: one, outcome: DONE })));
  }
}
