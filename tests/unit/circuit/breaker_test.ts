/** When a side is not called any more, and when again. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { Breaker, type SharedBreaker } from "../../../shared/circuit/breaker.ts";
import { type ErrorCode, SuiteError } from "../../../shared/errors.ts";

const SETTINGS = { failures: 5, firstMs: 10_000, longestMs: 60_000 };

class World {
  now = 0;
  calls = 0;
  rows: { until: number; failures: number; reason: string } | null = null;
  readonly shared: SharedBreaker = {
    read: () =>
      Promise.resolve(this.rows === null ? null : { ...this.rows, forMs: this.rows.until - this.now }),
    open: ({ forMs, failures, reason }) => {
      this.rows = { until: this.now + forMs, failures, reason };
      return Promise.resolve();
    },
    close: () => {
      this.rows = null;
      return Promise.resolve();
    },
  };
  worker = () => new Breaker("odoo", SETTINGS, this.shared, () => this.now);

  /** Ends as the code says; what came of it, and whether anything was sent. */
  async ask(
    breaker: Breaker,
    code?: ErrorCode,
  ): Promise<{ code: string; sent: boolean; retryAfterMs?: number }> {
    const before = this.calls;
    try {
      await breaker.run(() => {
        this.calls += 1;
        return code === undefined ? Promise.resolve() : Promise.reject(new SuiteError(code));
      });
      return { code: "ok", sent: this.calls > before };
    } catch (thrown) {
      assert(thrown instanceof SuiteError);
      const { retryAfterMs } = thrown;
      return {
        code: thrown.code,
        sent: this.calls > before,
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      };
    }
  }

  async fail(breaker: Breaker, times: number): Promise<void> {
    for (let time = 0; time < times; time++) await this.ask(breaker, "odoo_unreachable");
  }
}

Deno.test("after five outages in a row nothing is sent until the cool-down ends, and everybody is told how long that is", async () => {
  const world = new World();
  const breaker = world.worker();
  await world.fail(breaker, 5);
  world.now = 3_000;
  assert.deepEqual(await world.ask(breaker), { code: "circuit_open", sent: false, retryAfterMs: 7_000 });
  assert.deepEqual(world.rows, { until: 10_000, failures: 5, reason: "odoo_unreachable" });
});

Deno.test("four outages, outages with a success between them, and outages over more than a minute leave it closed", async () => {
  const world = new World();
  const [few, broken, slow] = [world.worker(), world.worker(), world.worker()];
  await world.fail(few, 4);
  assert.equal((await world.ask(few)).code, "ok");
  await world.fail(broken, 4);
  await world.ask(broken);
  await world.fail(broken, 4);
  assert.equal((await world.ask(broken)).sent, true);
  for (let outage = 0; outage < 20; outage++, world.now += 15_000) await world.fail(slow, 1);
  assert.equal((await world.ask(slow)).sent, true);
});

Deno.test("a record that is refused shows that the side is alive", async () => {
  const world = new World();
  const breaker = world.worker();
  await world.fail(breaker, 4);
  await world.ask(breaker, "odoo_rejected");
  await world.fail(breaker, 4);
  assert.equal((await world.ask(breaker)).sent, true);
});

Deno.test("a failure of our own, before anything is sent, says nothing", async () => {
  const world = new World();
  const breaker = world.worker();
  await world.fail(breaker, 4);
  for (let time = 0; time < 10; time++) await world.ask(breaker, "database_unreachable");
  assert.equal((await world.ask(breaker)).sent, true);
});

Deno.test("a probe that succeeds closes it for all workers, one that fails opens it for twice as long, up to the longest", async () => {
  const world = new World();
  const breaker = world.worker();
  await world.fail(breaker, 5);
  const waits: number[] = [];
  for (let probe = 0; probe < 5; probe++) {
    const { retryAfterMs = 0 } = await world.ask(breaker);
    waits.push(retryAfterMs);
    world.now += retryAfterMs;
    assert.equal((await world.ask(breaker, "odoo_timeout")).sent, true);
  }
  assert.deepEqual(waits, [10_000, 20_000, 40_000, 60_000, 60_000]);
  world.now += 60_000;
  assert.equal((await world.ask(breaker)).code, "ok");
  assert.equal(world.rows, null);
  assert.equal((await world.ask(breaker)).sent, true);
});

Deno.test("while the probe is under way nothing else is sent", async () => {
  const world = new World();
  const breaker = world.worker();
  await world.fail(breaker, 5);
  world.now = 10_000;
  const answer = Promise.withResolvers<void>();
  const probe = breaker.run(() => answer.promise);
  assert.deepEqual(await world.ask(breaker), { code: "circuit_open", sent: false, retryAfterMs: 1_000 });
  answer.resolve();
  await probe;
  assert.equal((await world.ask(breaker)).sent, true);
});

Deno.test("another worker learns of it when its drain starts, or with its first failure, and that it is over", async () => {
  const world = new World();
  const [first, second, third] = [world.worker(), world.worker(), world.worker()];
  await world.fail(first, 5);
  await second.refresh();
  assert.equal((await world.ask(second)).sent, false);
  await world.fail(third, 1);
  assert.equal((await world.ask(third)).sent, false);
  world.now = 10_000;
  await world.ask(first);
  await second.refresh();
  assert.equal((await world.ask(second)).sent, true);
});

Deno.test("without the database each worker counts alone", async () => {
  const world = new World();
  const lost = () => Promise.reject(new Error("away"));
  const breaker = new Breaker("odoo", SETTINGS, { read: lost, open: lost, close: lost }, () => world.now);
  await breaker.refresh();
  await world.fail(breaker, 5);
  assert.equal((await world.ask(breaker)).sent, false);
  world.now = 10_000;
  assert.equal((await world.ask(breaker)).code, "ok");
});

Deno.test("a call that costs nothing: without failures the shared state is never asked", async () => {
  const world = new World();
  const never = () => Promise.reject(new Error("asked"));
  let asked = 0;
  const count = () => (asked += 1, never());
  const breaker = new Breaker("odoo", SETTINGS, { read: count, open: count, close: count }, () => world.now);
  for (let call = 0; call < 100; call++) await world.ask(breaker);
  assert.equal(asked, 0);
});

Deno.test("never more than one probe per cool-down and worker, whatever happens, and a success always closes it", async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("start" as const), worker: fc.nat(1) }),
    fc.record({
      kind: fc.constant("end" as const),
      which: fc.nat(5),
      code: fc.constantFrom<ErrorCode | null>(
        null,
        "odoo_unreachable",
        "odoo_timeout",
        "odoo_rejected",
        "internal",
      ),
    }),
    fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(30_000) }),
    fc.record({ kind: fc.constant("refresh" as const), worker: fc.nat(1) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 120 }), async (steps) => {
      const world = new World();
      const workers = [world.worker(), world.worker()] as const;
      await world.fail(workers[0], 5);
      const running: { worker: number; call: PromiseWithResolvers<void>; done: Promise<void> }[] = [];
      const probes: number[][] = [[], []];
      let everClosed = false;
      for (const now of steps) {
        if (now.kind === "wait") world.now += now.ms;
        if (now.kind === "refresh") await workers[now.worker === 0 ? 0 : 1].refresh();
        if (now.kind === "start") {
          const call = Promise.withResolvers<void>();
          let sent = false;
          const done = workers[now.worker === 0 ? 0 : 1].run(() => (sent = true, call.promise)).catch(
            () => {},
          );
          if (sent) {
            running.push({ worker: now.worker, call, done });
            if (world.rows !== null && !everClosed && now.worker === 0) probes[0]?.push(world.now);
          }
        }
        if (now.kind === "end") {
          const [ended] = running.splice(now.which % Math.max(1, running.length), 1);
          if (ended === undefined) continue;
          if (now.code === null) ended.call.resolve();
          else ended.call.reject(new SuiteError(now.code));
          await ended.done;
          everClosed ||= world.rows === null;
        }
      }
      // The first worker knows of the open breaker from the beginning: its sendings are probes until it closes.
      const times = probes[0] ?? [];
      for (const [index, at] of times.entries()) {
        const previous = times[index - 1];
        assert(
          previous === undefined ? at >= SETTINGS.firstMs : at - previous >= SETTINGS.firstMs,
          `${times}`,
        );
      }
      for (const { call } of running) call.resolve();
      await Promise.all(running.map(({ done }) => done));
    }),
    { numRuns: 1_000 },
  );
});
