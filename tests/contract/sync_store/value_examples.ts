/** Which value of one side stands for which of the other. */
import assert from "node:assert/strict";
import type { Example } from "../sync_store_contract.ts";
import type { StoreWorld } from "./world.ts";

const HOUR_MS = 3_600_000;

const users = async ({ store }: StoreWorld, ...user: string[]) =>
  [...(await store.readValues({ user, state: [], label: [] })).user.values()]
    .sort((one, other) => one.planeValue.localeCompare(other.planeValue));

export function valueExamples(example: Example): void {
  example("values are remembered by kind, and only those asked for are read", async (world) => {
    const { store } = world;
    await store.rememberValues("user", "res.users", [
      { planeValue: "u1", planeName: "One", odooId: 11 },
      { planeValue: "u2", planeName: "Two", odooId: null },
    ]);
    await store.rememberValues("label", "project.tags", [{
      planeValue: "u1",
      planeName: "Label",
      odooId: 5,
    }]);
    const found = await store.readValues({ user: ["u1", "u3"], state: ["u1"], label: ["u1"] });
    assert.deepEqual([...found.user.keys()], ["u1"]);
    assert.deepEqual(found.user.get("u1"), {
      planeValue: "u1",
      planeName: "One",
      odooId: 11,
      manual: false,
      stale: false,
    });
    assert.equal(found.state.size, 0);
    assert.equal(found.label.get("u1")?.odooId, 5);
  });

  example("a miss is worth another look after an hour, a match is not", async (world) => {
    await world.store.rememberValues("user", "res.users", [
      { planeValue: "u1", planeName: "One", odooId: 11 },
      { planeValue: "u2", planeName: "Two", odooId: null },
    ]);
    world.advance(HOUR_MS);
    assert.deepEqual((await users(world, "u1", "u2")).map(({ stale }) => stale), [false, false]);
    world.advance(1);
    assert.deepEqual((await users(world, "u1", "u2")).map(({ stale }) => stale), [false, true]);
    await world.store.rememberValues("user", "res.users", [{
      planeValue: "u2",
      planeName: "Two",
      odooId: null,
    }]);
    assert.deepEqual((await users(world, "u2")).map(({ stale }) => stale), [false]);
  });

  example("what is remembered again is replaced, unless somebody decided it by hand", async (world) => {
    const remember = (odooId: number | null) =>
      world.store.rememberValues("user", "res.users", [
        { planeValue: "auto", planeName: "New", odooId },
        { planeValue: "hand", planeName: "New", odooId },
      ]);
    await world.decideValue("user", "hand", 1);
    await remember(2);
    await remember(3);
    assert.deepEqual((await users(world, "auto", "hand")).map(({ odooId, manual }) => [odooId, manual]), [
      [3, false],
      [1, true],
    ]);
  });

  example(
    "what is gone in Odoo is forgotten, of that kind, unless somebody decided it by hand",
    async (world) => {
      const { store } = world;
      await world.decideValue("user", "hand", 11);
      for (const kind of ["user", "label"] as const) {
        await store.rememberValues(kind, "any", [{ planeValue: "v", planeName: "V", odooId: 11 }]);
      }
      await store.forgetValues("user", [11, 12]);
      await store.forgetValues("user", []);
      const found = await store.readValues({ user: ["v", "hand"], state: [], label: ["v"] });
      assert.deepEqual([[...found.user.keys()], [...found.label.keys()]], [["hand"], ["v"]]);
    },
  );

  example(
    "an Odoo id is known to stand for something, of that kind, whoever decided it",
    async ({ store, decideValue }) => {
      await decideValue("label", "by hand", 12);
      await store.rememberValues("module", "project.tags", [
        { planeValue: "m1", planeName: "Website / One", odooId: 11 },
        { planeValue: "m2", planeName: "Website / Two", odooId: null },
      ]);
      assert.deepEqual(await store.odooValues("module", [11, 12, 13]), new Set([11]));
      assert.deepEqual(await store.odooValues("label", [11, 12]), new Set([12]));
      assert.deepEqual(await store.odooValues("module", []), new Set());
      const { module } = await store.readValues({ module: ["m1", "m3"] });
      assert.deepEqual([...module.values()].map(({ planeName, odooId }) => [planeName, odooId]), [
        ["Website / One", 11],
      ]);
    },
  );
}
