/** Management requests with a valid key and any body: done or refused, never a fault of ours. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { createTestDatabase } from "../support/database.ts";
import { KEYS, startPlaneSync } from "../support/plane_sync.ts";

const UUID = "82bf3b73-f607-4d0b-9950-ccae760eb5cb";

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 80 }),
  fc.constantFrom(
    "",
    "\u0000",
    `issue:${UUID}`,
    "a'b",
    "\ud800",
    "__proto__",
    UUID,
    UUID.toUpperCase(),
    "..",
    "1",
  ),
);
const moment = fc.oneof(
  text,
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.constantFrom(
    "2026-02-31T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+15:59",
    "2026-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-15:59",
    "infinity",
    "now",
  ),
);
const anything = fc.jsonValue({ maxDepth: 3, stringUnit: "binary" });
const orElse = (value: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 6, arbitrary: value }, { weight: 1, arbitrary: anything });

const selections = {
  ids: orElse(fc.array(fc.oneof(fc.uuid(), text), { maxLength: 5 })),
  entity_keys: orElse(fc.array(text, { maxLength: 5 })),
  reason: orElse(text),
  from: orElse(moment),
  to: orElse(moment),
};
/** Together, and each alone: what is wrong with one must not hide what is wrong with another. */
const replay = fc.oneof(
  fc.record(selections, { requiredKeys: [] }),
  ...Object.entries(selections).map(([name, value]) => fc.record({ [name]: value })),
);

const sync = fc.oneof(
  fc.record({ project: orElse(fc.oneof(fc.uuid(), text)) }),
  fc.record({
    entity: orElse(fc.record({
      source: orElse(fc.constantFrom("plane", "odoo")),
      type: orElse(fc.constantFrom("issue", "project", "project.task", "__proto__")),
      id: orElse(fc.oneof(fc.uuid(), text)),
      project_id: orElse(fc.oneof(fc.uuid(), text)),
    }, { requiredKeys: ["source", "type", "id"] })),
  }),
);

const entity = orElse(fc.oneof(text, fc.record({ type: orElse(text), id: orElse(text) })));
const resolve = fc.record({
  conflict: orElse(fc.oneof(fc.uuid(), text)),
  entity,
  field: orElse(fc.constantFrom("name", "__proto__", "a\u0000")),
  side: orElse(fc.constantFrom("plane", "odoo")),
  value: anything,
}, { requiredKeys: [] });
const pause = fc.record({
  all: orElse(fc.constant(true)),
  pair: orElse(fc.record({ plane_type: orElse(text), odoo_model: orElse(text) })),
  entity,
  reason: orElse(text),
  until: orElse(moment),
}, { requiredKeys: [] });

const undo = fc.record({
  log_id: orElse(fc.oneof(fc.integer(), text)),
  run_id: orElse(fc.oneof(fc.uuid(), text)),
  dry_run: orElse(fc.boolean()),
}, { requiredKeys: [] });

const asked = fc.oneof(
  undo.map((body) => ({ action: "undo", body })),
  resolve.map((body) => ({ action: "resolve", body })),
  fc.record({ action: fc.constantFrom("pause", "resume"), body: pause }),
  replay.map((body) => ({ action: "replay", body })),
  sync.map((body) => ({ action: "sync", body })),
  fc.record({
    action: fc.constantFrom("sync", "replay", "resolve", "undo", "pause", "resume"),
    body: anything,
  }),
);

Deno.test("2,000 management requests with any body are done or refused", async () => {
  await using database = await createTestDatabase();
  await using planeSync = startPlaneSync(database.url, { SYNC_DRAIN_WALL_CLOCK_MS: "0" });
  const seen = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(asked, async ({ action, body }) => {
      const answer = await planeSync.request(`?action=${action}`, {
        method: "POST",
        headers: { apikey: KEYS.manage },
        body: JSON.stringify(body),
      });
      const { ok } = await answer.json();
      seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
      assert.ok(
        answer.status === 200 || answer.status === 400 ||
          (["resolve", "undo"].includes(action) && answer.status === 404),
        `${answer.status} ${planeSync.lines.at(-2)}`,
      );
      assert.equal(ok, answer.status === 200);
    }),
    { numRuns: 2_000 },
  );
  assert.ok((seen.get(200) ?? 0) > 50, String(seen.get(200)));
  assert.ok((seen.get(400) ?? 0) > 50, String(seen.get(400)));
});
