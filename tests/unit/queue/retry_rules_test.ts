/** What a pair's own options say of tries and waits. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { SuiteError } from "../../../shared/errors.ts";
import { drain } from "../../../shared/queue/drain.ts";
import { outcomeOfFailure } from "../../../shared/queue/outcome.ts";
import { createWake } from "../../../shared/queue/wake.ts";
import type { Settlement } from "../../../shared/store/queue.ts";
import { readOptions, retryRulesOf } from "../../../shared/sync/pairs/options.ts";
import { claimedEntity } from "./drain_world.ts";

const failure = new SuiteError("internal");

Deno.test("a pair with two attempts gives up at the second, one with twenty does not at the twelfth", () => {
  const outcome = (attempts: number, rules: { attempts?: number }) =>
    outcomeOfFailure(failure, { attempts, outages: 0, maxAttempts: 12 }, 0, 0.5, rules).kind;
  assert.deepEqual([outcome(1, { attempts: 2 }), outcome(2, { attempts: 2 })], ["retry", "dead"]);
  assert.deepEqual([outcome(12, { attempts: 20 }), outcome(12, {})], ["retry", "dead"]);
});

Deno.test("no wait is longer than the pair's longest, and the first is at most its first", () => {
  const options = fc.record({
    firstMs: fc.integer({ min: 100, max: 60_000 }),
    longestMs: fc.integer({ min: 1_000, max: 90_000 }),
  });
  fc.assert(
    fc.property(
      options,
      fc.integer({ min: 1, max: 50 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (rules, attempts, random) => {
        const outcome = outcomeOfFailure(
          failure,
          { attempts, outages: 0, maxAttempts: 99 },
          0,
          random,
          rules,
        );
        assert("delayMs" in outcome && outcome.delayMs <= rules.longestMs);
        if (attempts === 1) assert(outcome.delayMs <= rules.firstMs);
      },
    ),
  );
});

Deno.test("the options of a configuration row become these rules; what is not valid is named and changes nothing", () => {
  const { options, invalid } = readOptions({
    retry_attempts: 3,
    retry_first_ms: 5,
    retry_longest_ms: 60_000,
  });
  assert.deepEqual(retryRulesOf(options), { attempts: 3, longestMs: 60_000 });
  assert.deepEqual(invalid, ["retry_first_ms"]);
});

Deno.test("the drain asks for the rules of the entity that failed", async () => {
  const settled: Settlement[] = [];
  const due = [claimedEntity("a", { attempts: 2 }), claimedEntity("b", { attempts: 2 })];
  await drain({
    claim: (limit) => Promise.resolve(due.splice(0, limit)),
    settle: (settlements) => {
      settled.push(...settlements);
      return Promise.resolve(new Set(settlements.map(({ claimed }) => claimed.id)));
    },
    process: () => Promise.reject(failure),
    describeFailure: (_claimed, _error, settlement) => settlement,
    retryRules: ({ id }) => id === "a" ? { attempts: 2 } : {},
    now: () => 0,
    random: () => 0.99,
    sleep: () => Promise.resolve(),
    wake: createWake(),
    stopping: () => false,
    onSettleFailed: () => {},
  }, { concurrency: 1, leaseMs: 60_000, restMs: 0, wallClockMs: 1_000, entities: 2 });
  assert.deepEqual(settled.map(({ claimed, outcome }) => [claimed.id, outcome.kind]), [["a", "dead"], [
    "b",
    "retry",
  ]]);
});
