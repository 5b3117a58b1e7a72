/** What a drift check makes of what would be written. */
import assert from "node:assert/strict";
import { driftReport } from "../../../shared/drift/report.ts";
import type { Rehearsed } from "../../../shared/backfill/rehearsal/record.ts";

const found = (
  entity: string,
  action: Rehearsed["record"]["action"],
  changes: Rehearsed["changes"] = [],
): Rehearsed => ({
  record: { entity, action, odoo_id: null, plane_id: null, odoo: {}, plane: {} },
  changes,
});
const change = (field: string, why: Rehearsed["changes"][number]["why"]) => (
  { field, side: "odoo" as const, from: "old", to: "new", why, base: "old" }
);
const report = (facts: Partial<Parameters<typeof driftReport>[0]>) =>
  driftReport({
    found: [],
    gone: [],
    pending: new Map(),
    stuck: [],
    duplicates: [],
    asOf: "2026-01-31T12:00:00.000Z",
    project: "p",
    compared: {
      plane_items: 1,
      odoo_tasks: 1,
      odoo_records: 0,
      cycles: 0,
      modules: 0,
      comments: 0,
      messages: 0,
    },
    notCompared: [],
    calls: { plane: 1, odoo: 1 },
    ...facts,
  });

Deno.test("nothing to write is in sync as of the moment before both sides were read", () => {
  const { in_sync, as_of } = report({});
  assert.deepEqual([in_sync, as_of], [true, "2026-01-31T12:00:00.000Z"]);
});

Deno.test("equal values at the first look are no difference; what somebody must choose is one", () => {
  assert.equal(report({ found: [found("issue:1", "none", [change("name", "same_on_both")])] }).in_sync, true);
  const open = report({ found: [found("issue:1", "none", [change("name", "kept")])] });
  assert.equal(open.in_sync, false);
  assert.deepEqual(open.differences[0], {
    entity: "issue:1",
    field: "name",
    side: "odoo",
    is: "old",
    should_be: "new",
    why: "kept",
  });
});

Deno.test("what the queue has already is told apart from what nobody knows of", () => {
  const { differences, waiting, in_sync } = report({
    found: [found("issue:1", "update", [change("name", "changed_in_plane")])],
    pending: new Map([["issue:1", null]]),
  });
  assert.deepEqual([differences.length, waiting, in_sync], [0, [{
    entity: "issue:1",
    reason: null,
    differences: 1,
  }], false]);
});

Deno.test("a record without partner is missing on the other side", () => {
  const { missing } = report({
    found: [found("issue:1", "create_in_odoo"), found("project.task:2", "create_in_plane")],
  });
  assert.deepEqual(missing.map(({ missing_in }) => missing_in), ["odoo", "plane"]);
});
