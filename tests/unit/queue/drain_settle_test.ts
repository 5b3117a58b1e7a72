/** How the drain gives entities back. */
import assert from "node:assert/strict";
import { claimedEntity, DrainWorld, quiet } from "./drain_world.ts";

async function startFour(world: DrainWorld): Promise<ReturnType<DrainWorld["start"]>> {
  world.limits.concurrency = 4;
  world.due = ["a", "b", "c", "d"].map((id) => claimedEntity(id));
  const drained = world.start();
  await quiet();
  return drained;
}

Deno.test("what ends while a settle is on its way is settled together with the next", async () => {
  const world = new DrainWorld();
  const answer = Promise.withResolvers<void>();
  world.onSettle = () => answer.promise;
  const drained = startFour(world);
  await quiet();
  for (const id of ["a", "b", "c", "d"]) {
    world.end(id);
    await quiet();
  }
  assert.deepEqual(world.batches, [["a"]], "one settle at a time");
  answer.resolve();
  assert.equal((await drained).done, 4);
  assert.deepEqual(world.batches, [["a"], ["b", "c", "d"]]);
});

Deno.test("an entity another worker has taken over counts as lost", async () => {
  const world = new DrainWorld();
  world.lost.add("b");
  const drained = startFour(world);
  await quiet();
  for (const id of ["a", "b", "c", "d"]) world.end(id);
  assert.deepEqual(await drained, { claimed: 4, done: 3, failed: 0, lost: 1, more: false });
  assert.deepEqual(world.settleFailures, [], "that is no failure");
});

Deno.test("when the database is away the settlements are lost, told, and not sent one by one", async () => {
  const world = new DrainWorld();
  world.onSettle = () => Promise.reject(Object.assign(new Error("gone"), { code: "CONNECTION_CLOSED" }));
  const drained = startFour(world);
  await quiet();
  for (const id of ["a", "b", "c", "d"]) world.end(id);
  assert.deepEqual(await drained, { claimed: 4, done: 0, failed: 0, lost: 4, more: false });
  assert.deepEqual(world.settleFailures, new Array(4).fill("database_unreachable"));
  assert.deepEqual(world.batches.flat().sort(), ["a", "b", "c", "d"], "each was sent once");
});

Deno.test("a settlement the database refuses does not keep the others from being written", async () => {
  const world = new DrainWorld();
  world.onSettle = (settlements) => {
    if (settlements.some(({ claimed }) => claimed.id === "c")) {
      throw Object.assign(new Error("refused"), { code: "22P05" });
    }
  };
  const drained = startFour(world);
  await quiet();
  for (const id of ["a", "b", "c", "d"]) world.end(id);
  assert.deepEqual(await drained, { claimed: 4, done: 3, failed: 0, lost: 1, more: false });
  assert.deepEqual(world.settled.map(({ claimed }) => claimed.id).sort(), ["a", "b", "d"]);
  assert.deepEqual(world.settleFailures, ["internal"]);
});

Deno.test("after a settle that failed the next is sent", async () => {
  const world = new DrainWorld();
  let first = true;
  world.onSettle = () => {
    if (!first) return;
    first = false;
    throw Object.assign(new Error("gone"), { code: "ECONNRESET" });
  };
  const drained = startFour(world);
  await quiet();
  world.end("a");
  await quiet();
  for (const id of ["b", "c", "d"]) world.end(id);
  assert.deepEqual(await drained, { claimed: 4, done: 3, failed: 0, lost: 1, more: false });
});
