/** What the drain claims, how much of it at once, and when it stops. */
import assert from "node:assert/strict";
import { SuiteError } from "../../../shared/errors.ts";
import { claimedEntity, DrainWorld, quiet } from "./drain_world.ts";

Deno.test("an empty queue ends the drain after one look", async () => {
  const world = new DrainWorld();
  assert.deepEqual(await world.start(), { claimed: 0, done: 0, failed: 0, lost: 0, more: false });
  assert.deepEqual(world.claims, [2]);
});

Deno.test("no more entities are at work than allowed, and a free place is filled at once", async () => {
  const world = new DrainWorld();
  world.due = ["a", "b", "c", "d"].map((id) => claimedEntity(id));
  const drained = world.start();
  await quiet();
  assert.deepEqual([...world.running.keys()], ["a", "b"]);
  world.end("a");
  await quiet();
  assert.deepEqual([...world.running.keys()], ["b", "c"]);
  for (const id of ["b", "c", "d"]) {
    world.end(id);
    await quiet();
  }
  assert.deepEqual(await drained, { claimed: 4, done: 4, failed: 0, lost: 0, more: false });
  assert.equal(world.mostRunning, 2);
  assert(world.claims.every((limit) => limit >= 1 && limit <= 2));
});

const STOPS: [string, (world: DrainWorld) => void][] = [
  ["its wall clock is used up", (world) => world.now = 80_000],
  ["the platform announces the end", (world) => world.stopping = true],
];

for (const [when, stop] of STOPS) {
  Deno.test(`nothing is claimed any more when ${when}; what is at work is finished`, async () => {
    const world = new DrainWorld();
    world.due = ["a", "b", "c"].map((id) => claimedEntity(id));
    const drained = world.start();
    await quiet();
    stop(world);
    world.end("a");
    await quiet();
    assert.deepEqual([...world.running.keys()], ["b"]);
    world.end("b");
    assert.deepEqual(await drained, { claimed: 2, done: 2, failed: 0, lost: 0, more: true });
    assert.deepEqual(world.due.map(({ id }) => id), ["c"]);
  });
}

Deno.test("no more entities are claimed than one request has CPU time for, and the report says that there may be more", async () => {
  const world = new DrainWorld();
  world.limits.entities = 3;
  world.due = ["a", "b", "c", "d"].map((id) => claimedEntity(id));
  const drained = world.start();
  for (const id of ["a", "b", "c"]) {
    await quiet();
    world.end(id);
  }
  assert.deepEqual(await drained, { claimed: 3, done: 3, failed: 0, lost: 0, more: true });
  assert.deepEqual(world.due.map(({ id }) => id), ["d"]);
});

Deno.test("a hint left while the drain works is claimed at once", async () => {
  const world = new DrainWorld();
  world.due = [claimedEntity("a")];
  const drained = world.start();
  await quiet();
  world.due.push(claimedEntity("b"));
  await quiet();
  assert.deepEqual([...world.running.keys()], ["a"], "nobody rang");
  world.wake.ring();
  await quiet();
  assert.deepEqual([...world.running.keys()], ["a", "b"]);
  world.end("a");
  world.end("b");
  assert.equal((await drained).done, 2);
});

Deno.test("a hint left during the claim itself is not missed", async () => {
  const world = new DrainWorld();
  world.due = [claimedEntity("a")];
  world.onClaim = () => {
    world.onClaim = () => {};
    queueMicrotask(() => {
      world.due.push(claimedEntity("b"));
      world.wake.ring();
    });
  };
  const drained = world.start();
  await quiet();
  assert.deepEqual([...world.running.keys()], ["a", "b"]);
  world.end("a");
  world.end("b");
  await drained;
});

Deno.test("a failed claim is thrown after everything at work has been settled", async () => {
  const world = new DrainWorld();
  world.due = [claimedEntity("a"), claimedEntity("b")];
  const drained = world.start();
  const outcome = assert.rejects(drained, { name: "SuiteError", code: "database_unreachable" });
  await quiet();
  world.onClaim = () => {
    throw Object.assign(new Error("no connection"), { code: "ECONNREFUSED" });
  };
  world.end("a");
  await quiet();
  world.end("b");
  await outcome;
  assert.deepEqual(world.settled.map(({ claimed }) => claimed.id).sort(), ["a", "b"]);
});

Deno.test("the lease counts from before the claim was sent", async () => {
  const world = new DrainWorld();
  world.due = [claimedEntity("a")];
  world.onClaim = () => world.now += 10_000;
  const drained = world.start();
  await quiet();
  const lease = world.running.get("a")?.lease;
  lease?.require(110_000);
  assert.throws(() => lease?.require(110_001), { code: "lease_lost" });
  world.end("a");
  await drained;
});

Deno.test("an entity whose workers died three times is given up without being touched", async () => {
  const world = new DrainWorld();
  world.due = [claimedEntity("a", { crashes: 3 })];
  const report = await world.start();
  assert.equal(report.failed, 1);
  assert.deepEqual(world.settled[0]?.outcome, { kind: "dead", reason: "worker_crashed" });
  assert.equal(world.mostRunning, 0);
});

Deno.test("two entities whose workers died never work side by side", async () => {
  const world = new DrainWorld();
  world.due = [
    claimedEntity("suspect", { crashes: 1 }),
    claimedEntity("fresh"),
    claimedEntity("next", { crashes: 1 }),
  ];
  const drained = world.start();
  await quiet();
  assert.deepEqual([...world.running.keys()], ["suspect", "fresh"]);
  world.end("fresh");
  world.wake.ring();
  await quiet();
  assert.deepEqual([...world.running.keys()], ["suspect"], "nothing is claimed while it works");
  world.end("suspect");
  await quiet();
  assert.deepEqual([...world.running.keys()], ["next"]);
  world.end("next");
  assert.equal((await drained).done, 3);
});

Deno.test("a failure becomes an outcome with its description, and the others go on", async () => {
  const world = new DrainWorld();
  world.due = [claimedEntity("bad"), claimedEntity("good")];
  const drained = world.start();
  await quiet();
  world.end("bad", new SuiteError("odoo_rejected"));
  world.end("good");
  assert.deepEqual(await drained, { claimed: 2, done: 1, failed: 1, lost: 0, more: false });
  const bad = world.settled.find(({ claimed }) => claimed.id === "bad");
  assert.deepEqual(bad?.outcome, { kind: "dead", reason: "odoo_rejected" });
  assert.deepEqual(bad?.effect, { code: "odoo_rejected" });
});

Deno.test("a database that goes away during the work is an outage, anything unknown is not", async () => {
  const world = new DrainWorld();
  world.due = [claimedEntity("a"), claimedEntity("b")];
  const drained = world.start();
  await quiet();
  world.end("a", Object.assign(new Error("gone"), { code: "CONNECTION_CLOSED" }));
  world.end("b", new TypeError("undefined is not a function"));
  await drained;
  const reasons = world.settled.map(({ claimed, outcome }) => [
    claimed.id,
    outcome.kind,
    "reason" in outcome ? outcome.reason : null,
  ]);
  assert.deepEqual(reasons.sort(), [["a", "outage", "database_unreachable"], ["b", "retry", "internal"]]);
});

Deno.test("an entity that lost a race is tried again in the same drain, one that backs off longer is not waited for", async () => {
  const world = new DrainWorld();
  world.due = [claimedEntity("a")];
  const slept: number[] = [];
  const drained = world.start({
    sleep: (milliseconds) => {
      slept.push(milliseconds);
      world.due = [claimedEntity("a")];
      return Promise.resolve();
    },
  });
  await quiet();
  world.end("a", new SuiteError("odoo_conflict"));
  await quiet();
  world.end("a", new SuiteError("plane_rate_limited", { retryAfterMs: 30_000 }));
  assert.equal((await drained).claimed, 2);
  assert.deepEqual(slept, [1]);
});
