/** The simulator's machine room does what the simulator says of it. */
import assert from "node:assert/strict";
import { Isolate } from "./kernel/isolate.ts";
import { Kernel } from "./kernel/kernel.ts";
import { seededRandom } from "./kernel/random.ts";
import { takeOverTimers } from "./kernel/timers.ts";
import { Trace } from "./kernel/trace.ts";

const newKernel = () => new Kernel(seededRandom(1), new Trace(100));
const SHORT = { there: 5, back: 5 };

Deno.test("events happen by time, and those of one moment in the order they were made", async () => {
  const kernel = newKernel();
  const seen: string[] = [];
  for (const [at, name] of [[30, "c"], [10, "a"], [10, "b"], [40, "d"]] as const) {
    kernel.after(at, null, () => void seen.push(`${name}${kernel.now}`));
  }
  await kernel.runUntil(35);
  assert.deepEqual(seen, ["a10", "b10", "c30"]);
  assert.equal(kernel.now, 35);
});

Deno.test("an event that was taken back does not happen", async () => {
  const kernel = newKernel();
  const seen: string[] = [];
  const takeBack = kernel.after(1, null, () => void seen.push("no"));
  takeBack();
  await kernel.runUntil(10);
  assert.deepEqual(seen, []);
});

Deno.test("what a worker set going has come to rest before the next event", async () => {
  const kernel = newKernel();
  const worker = new Isolate(kernel, "w");
  const seen: string[] = [];
  kernel.after(1, worker, () =>
    void (async () => {
      for (let turn = 0; turn < 50; turn++) await null;
      await new Blob(["x"]).text();
      seen.push("worker");
    })());
  kernel.after(1, null, () => void seen.push("next"));
  await kernel.runUntil(2);
  assert.deepEqual(seen, ["worker", "next"]);
});

Deno.test("a dead worker's call still takes effect, and its promises never go on", async () => {
  const kernel = newKernel();
  const worker = new Isolate(kernel, "w");
  const seen: string[] = [];
  kernel.after(0, worker, () =>
    void worker.call(() => "call", SHORT, () => {
      seen.push("effect");
      return Promise.resolve({ value: 1 });
    }).then(() => seen.push("answer")));
  kernel.after(2, null, () => worker.kill());
  await kernel.runUntil(100);
  assert.deepEqual(seen, ["effect"]);
});

Deno.test("a worker that stands still goes on later, with everything that waited for it", async () => {
  const kernel = newKernel();
  const worker = new Isolate(kernel, "w");
  let answeredAt = 0;
  kernel.after(
    0,
    worker,
    () =>
      void worker.call(() => "call", SHORT, () => Promise.resolve({ value: 1 })).then(() => {
        answeredAt = kernel.now;
      }),
  );
  kernel.after(1, null, () => worker.freeze(1_000));
  await kernel.runUntil(5_000);
  assert.equal(answeredAt, 1_001);
});

Deno.test("timers of a worker's code run on the virtual clock, others on the machine's", async () => {
  const kernel = newKernel();
  const worker = new Isolate(kernel, "w");
  const giveBack = takeOverTimers(kernel);
  const seen: number[] = [];
  try {
    kernel.after(0, worker, () => {
      setTimeout(() => seen.push(kernel.now), 45_000);
      clearTimeout(setTimeout(() => seen.push(-1), 10));
    });
    await kernel.runUntil(60_000);
    assert.deepEqual(seen, [45_000]);
    await new Promise((resolve) => setTimeout(resolve, 1));
  } finally {
    giveBack();
  }
});

Deno.test("a seed gives the same numbers, and each purpose its own", () => {
  const draw = (purpose: string) => {
    const random = seededRandom(7).split(purpose);
    return Array.from({ length: 5 }, () => random.between(0, 1_000_000));
  };
  assert.deepEqual(draw("a"), draw("a"));
  assert.notDeepEqual(draw("a"), draw("b"));
  const random = seededRandom(3);
  const mean = Array.from({ length: 10_000 }, () => random.next()).reduce((sum, one) => sum + one) / 10_000;
  assert.ok(Math.abs(mean - 0.5) < 0.02, `mean ${mean}`);
});
