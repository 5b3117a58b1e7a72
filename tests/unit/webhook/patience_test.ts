import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import { SuiteError } from "../../../shared/errors.ts";
import { storeWithPatience } from "../../../shared/webhook/store_with_patience.ts";

const away = () => Object.assign(new Error("refused"), { code: "ECONNREFUSED" });

/** A clock that is turned by hand; whoever sleeps wakes when its time has come. */
function virtualClock() {
  let now = 1_000;
  const sleepers: { at: number; wake: () => void }[] = [];
  return {
    now: () => now,
    sleep: (milliseconds: number) =>
      new Promise<void>((wake) => sleepers.push({ at: now + milliseconds, wake })),
    /** Lets time pass, waking sleepers in order and letting each go on before the next. */
    async pass(milliseconds: number) {
      const end = now + milliseconds;
      while (true) {
        await settled();
        sleepers.sort((left, right) => left.at - right.at);
        const next = sleepers[0];
        if (next === undefined || next.at > end) break;
        sleepers.shift();
        now = next.at;
        next.wake();
      }
      now = end;
    },
    sleeping: () => sleepers.length,
  };
}

/** Lets everything that waits for a promise go on. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function patient(store: () => Promise<string>, maxHeld = 3) {
  const clock = virtualClock();
  const { now, sleep } = clock;
  return { clock, store: storeWithPatience(store, { patienceMs: 25_000, maxHeld, now, sleep }) };
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const thrown = await promise.then(() => undefined, (error) => error);
  assert.ok(thrown instanceof SuiteError, String(thrown));
  return thrown.code;
}

Deno.test("what can be stored at once is stored once, without a pause", async () => {
  let attempts = 0;
  const { store, clock } = patient(() => Promise.resolve(`stored ${++attempts}`));
  assert.equal(await store(), "stored 1");
  assert.equal(clock.sleeping(), 0);
});

Deno.test("a delivery is held while the database is away and stored when it comes back", async () => {
  let isAway = true;
  const { store, clock } = patient(() => isAway ? Promise.reject(away()) : Promise.resolve("stored"));
  const answer = store();
  await clock.pass(20_000);
  isAway = false;
  await clock.pass(2_000);
  assert.equal(await answer, "stored");
});

Deno.test("after 25 seconds it is given up, and not before", async () => {
  const attempts: number[] = [];
  const { store, clock } = patient(() => {
    attempts.push(clock.now());
    return Promise.reject(away());
  });
  let ended = false;
  const code = codeOf(store()).finally(() => ended = true);
  await clock.pass(22_999);
  assert.equal(ended, false);
  await clock.pass(2_001);
  await settled();
  assert.equal(ended, true);
  assert.equal(await code, "database_unreachable");
  assert.ok(attempts.every((at) => at <= 26_000), String(attempts));
  assert.equal(clock.sleeping(), 0);
});

Deno.test("the pauses grow to two seconds, so that a coming database is not trampled", async () => {
  const attempts: number[] = [];
  const { store, clock } = patient(() => {
    attempts.push(clock.now());
    return Promise.reject(away());
  });
  const code = codeOf(store());
  await clock.pass(30_000);
  await code;
  const pauses = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0));
  assert.deepEqual(pauses.slice(0, 6), [100, 200, 400, 800, 1_600, 2_000]);
  assert.ok(pauses.slice(5).every((pause) => pause === 2_000));
});

Deno.test("a fault that waiting does not mend is thrown at once", async () => {
  const fault = Object.assign(new Error("column missing"), { code: "42703" });
  const { store, clock } = patient(() => Promise.reject(fault));
  await assert.rejects(store(), fault);
  assert.equal(clock.sleeping(), 0);
});

Deno.test("a fault met while waiting is thrown too", async () => {
  const fault = Object.assign(new Error("column missing"), { code: "42703" });
  const answers = [away(), away(), fault];
  const { store, clock } = patient(() => Promise.reject(answers.shift()));
  const answer = assert.rejects(store(), fault);
  await clock.pass(1_000);
  await answer;
});

Deno.test("only so many requests are held; one more is refused at once, and the held ones are not disturbed", async () => {
  let isAway = true;
  const { store, clock } = patient(() => isAway ? Promise.reject(away()) : Promise.resolve("stored"), 3);
  const held = [store(), store(), store()];
  await clock.pass(50);
  assert.equal(await codeOf(store()), "too_busy");
  assert.equal(await codeOf(store()), "too_busy");
  isAway = false;
  await clock.pass(2_000);
  assert.deepEqual(await Promise.all(held), ["stored", "stored", "stored"]);
});

Deno.test("a place is free again when its request was stored, given up or failed otherwise", async () => {
  const fault = Object.assign(new Error("column missing"), { code: "42703" });
  const outcomes: (() => Promise<string>)[] = [
    () => Promise.resolve("stored"),
    () => Promise.reject(away()),
    () => Promise.reject(fault),
  ];
  for (const outcome of outcomes) {
    let turn = (): Promise<string> => Promise.reject(away());
    const { store, clock } = patient(() => turn(), 1);
    const first = store().catch(() => "failed");
    await clock.pass(50);
    turn = outcome;
    await clock.pass(30_000);
    await first;
    turn = () => Promise.reject(away());
    const second = store().catch((thrown) => thrown.code);
    await clock.pass(50);
    assert.equal(clock.sleeping(), 1, "the second request is held, not refused");
    await clock.pass(30_000);
    assert.equal(await second, "database_unreachable");
  }
});
