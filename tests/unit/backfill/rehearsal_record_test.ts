/** What a dry run says of a record. */
import assert from "node:assert/strict";
import { rehearsedOf, type RehearsedRecord, together } from "../../../shared/backfill/rehearsal/record.ts";
import type { Effect } from "../../../shared/sync/effect.ts";

function effect(to: string): Effect {
  return {
    queue_id: "1",
    entity_key: "issue:a",
    source_system: "plane",
    source_id: "a",
    mapping_id: "m",
    mapping: { synced: true, odoo_id: "-1", plane_id: "a" },
    created: true,
    relinked: false,
    waits_for: [],
    hints: [],
    events: [],
    log: [{
      operation: "create",
      success: true,
      duration_ms: 0,
      changes: [{ field: "name", side: "odoo", from: null, to, base: null, why: "created" }],
    }],
  };
}

Deno.test("a long text is cut, and never in the middle of a character, which the database could not hold", () => {
  const text = `${"a".repeat(199)}\u{1F600} and more`;
  const name = rehearsedOf("issue:a", effect(text))?.record.odoo.name;
  assert.equal(name, `${"a".repeat(199)}...`);
  assert.equal(rehearsedOf("issue:a", effect("short"))?.record.odoo.name, "short");
});

Deno.test("what was done in two tries is said as one would have done it", () => {
  const made: RehearsedRecord = {
    entity: "module:a",
    action: "create_in_odoo",
    odoo_id: null,
    plane_id: "a",
    odoo: { name: "Checkout", members: [] },
    plane: {},
  };
  const then: RehearsedRecord = { ...made, action: "update", odoo: { members: [1] } };
  assert.deepEqual(together(made, then), { ...made, odoo: { name: "Checkout", members: [1] } });
  assert.deepEqual(together(undefined, then), then);
});
