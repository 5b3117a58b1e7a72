import assert from "node:assert/strict";
import { leaseOf } from "../../../shared/queue/lease.ts";

Deno.test("a lease allows what ends within it, counted from before the claim was sent", () => {
  let now = 1_000;
  const lease = leaseOf(() => now, 1_000, 120_000);
  lease.require(120_000);
  now = 76_000;
  lease.require(45_000);
  now = 76_001;
  assert.throws(() => lease.require(45_000), { name: "SuiteError", code: "lease_lost", retry: "now" });
});

Deno.test("a lease that is over allows nothing", () => {
  let now = 0;
  const lease = leaseOf(() => now, 0, 60_000);
  now = 60_001;
  assert.throws(() => lease.require(0), { code: "lease_lost" });
});
