import assert from "node:assert/strict";
import { createWake, oneAtATime } from "../../../shared/queue/wake.ts";
import { quiet } from "./drain_world.ts";

/** Runs that end when told to. */
function controlled() {
  const runs: PromiseWithResolvers<{ more: boolean }>[] = [];
  const run = () => {
    const next = Promise.withResolvers<{ more: boolean }>();
    runs.push(next);
    return next.promise;
  };
  return { runs, run };
}

Deno.test("a ring reaches whoever was listening, and nobody who starts to listen later", async () => {
  const wake = createWake();
  const heard: string[] = [];
  void wake.next().then(() => heard.push("before"));
  wake.ring();
  void wake.next().then(() => heard.push("after"));
  await quiet();
  assert.deepEqual(heard, ["before"]);
  wake.ring();
  await quiet();
  assert.deepEqual(heard, ["before", "after"]);
});

Deno.test("one run at a time; whoever asks meanwhile rings, shares the answer and causes one more run", async () => {
  const wake = createWake();
  const { runs, run } = controlled();
  const drain = oneAtATime(wake, run);
  let rings = 0;
  const first = drain();
  void wake.next().then(() => rings++);
  const others = [drain(), drain(), drain()];
  await quiet();
  assert.equal(runs.length, 1);
  assert.equal(rings, 1);
  runs[0]?.resolve({ more: false });
  await quiet();
  assert.equal(runs.length, 2, "it may have looked for the last time before they asked");
  runs[1]?.resolve({ more: false });
  const answers = await Promise.all([first, ...others]);
  assert.equal(runs.length, 2);
  assert.equal(new Set(answers).size, 1);
});

Deno.test("a run that stopped at its limits is not repeated", async () => {
  const { runs, run } = controlled();
  const drain = oneAtATime(createWake(), run);
  const first = drain();
  void drain();
  runs[0]?.resolve({ more: true });
  assert.deepEqual(await first, { more: true });
  assert.equal(runs.length, 1);
});

Deno.test("after a run has ended, the next one starts anew", async () => {
  const { runs, run } = controlled();
  const drain = oneAtATime(createWake(), run);
  const first = drain();
  runs[0]?.resolve({ more: false });
  await first;
  void drain();
  assert.equal(runs.length, 2);
});

Deno.test("a run that fails tells everybody, and the next one starts anew", async () => {
  const { runs, run } = controlled();
  const drain = oneAtATime(createWake(), run);
  const answers = [drain(), drain()];
  runs[0]?.reject(new Error("no connection"));
  for (const answer of answers) await assert.rejects(answer, /no connection/);
  const next = drain();
  runs[1]?.resolve({ more: false });
  assert.deepEqual(await next, { more: false });
});

Deno.test("no turn is too late to ask: each one either repeats the run or starts a new one", async () => {
  for (let turns = 0; turns < 12; turns++) {
    let runs = 0;
    const drain = oneAtATime(createWake(), () => {
      runs++;
      return Promise.resolve({ more: false });
    });
    void drain();
    for (let turn = 0; turn < turns; turn++) await null;
    const before = runs;
    await drain();
    assert(runs > before, `asked after ${turns} turns`);
  }
});
