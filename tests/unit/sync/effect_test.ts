/** What a failure leaves behind. */
import assert from "node:assert/strict";
import { SuiteError } from "../../../shared/errors.ts";
import type { Claimed } from "../../../shared/store/queue.ts";
import { afterPartial, effectOf, effectOfFailure } from "../../../shared/sync/effect.ts";

const CLAIMED: Claimed = {
  id: "q",
  entityKey: "cycle:c",
  sourceSystem: "plane",
  sourceId: "c",
  sourceType: "cycle",
  operation: "update",
  attempts: 1,
  outages: 0,
  maxAttempts: 12,
  crashes: 0,
  fence: "1",
  planeProjectId: "p",
  readFirst: false,
  planeHinted: true,
  odooHinted: false,
  payload: {},
  runId: null,
  lastDeliveryId: null,
  observation: null,
  createdAt: "2026-01-31T12:00:00.000000Z",
};

Deno.test("what a failure after partial work waits for is waited for, besides what the work waits for", () => {
  const error = new SuiteError("waits_for_project", { facts: { waits_for: "project:p" } });
  const failure = effectOfFailure(CLAIMED, error, "m", false);
  const before = {
    ...effectOf(CLAIMED, "m"),
    mapping: { synced: true },
    waits_for: ["issue:a", "project:p"],
  };
  const effect = afterPartial(before, null, failure, error);
  assert.deepEqual(effect.waits_for, ["issue:a", "project:p"]);
  assert.deepEqual(afterPartial({ ...before, waits_for: [] }, null, failure, error).waits_for, ["project:p"]);
  assert.deepEqual([effect.mapping.synced, effect.mapping.last_error], [true, "waits_for_project"]);
});

Deno.test("an attempt that was refused is over, one nobody heard of stays", () => {
  const failed = (code: "odoo_rejected" | "odoo_timeout", outcomeUnknown: boolean) => {
    const error = new SuiteError(code, { outcomeUnknown });
    return afterPartial(effectOf(CLAIMED, "m"), "tried", effectOfFailure(CLAIMED, error, "m", false), error);
  };
  assert.deepEqual(failed("odoo_rejected", false).attempts, [{ id: "tried", became: "settled" }]);
  assert.equal(failed("odoo_timeout", true).attempts, undefined);
});
