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
  const effect = afterPartial(before, failure);
  assert.deepEqual(effect.waits_for, ["issue:a", "project:p"]);
  assert.deepEqual(afterPartial({ ...before, waits_for: [] }, failure).waits_for, ["project:p"]);
  assert.deepEqual([effect.mapping.synced, effect.mapping.last_error], [true, "waits_for_project"]);
});
