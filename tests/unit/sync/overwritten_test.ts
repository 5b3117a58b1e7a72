import assert from "node:assert/strict";
import type { Announcement } from "../../../shared/store/engine/sync_store.ts";
import { judgeWrites, overwrittenIn, rememberWrites } from "../../../shared/sync/overwritten.ts";
import { emptyPlan, type Plan } from "../../../shared/sync/plan/planned.ts";

const AT = "2026-11-21T10:00:00.000000Z";

function planOf(field: string, from: string, to: string): Plan {
  return {
    ...emptyPlan(),
    changes: [{ field, side: "plane", from, to, why: "changed_in_odoo", base: from }],
    agreed: [field],
  };
}

function said(field: string, oldValue: string | null, newValue: string, at = AT): Announcement {
  return { at, receivedAt: at, field, oldValue, newValue, actorId: "bot", data: null };
}

const wrote = rememberWrites({ name: "B" }, planOf("name", "A", "B"), AT);

Deno.test("an announcement that says our write replaced what we had read ends the matter", () => {
  const judged = judgeWrites(wrote, [said("name", "A", "B")]);
  assert.deepEqual(judged, { base: { name: "B" }, lost: [] });
});

Deno.test("an announcement that says our write replaced something else shows the overwritten edit", () => {
  const judged = judgeWrites(wrote, [said("name", "A", "X"), said("name", "X", "B")]);
  assert.deepEqual(judged?.lost, [{ field: "name", value: "X", written: "B" }]);
  assert.deepEqual(overwrittenIn(judged?.base ?? {}), { name: "X" });
});

Deno.test("before our write is announced nothing is known, and other changes say nothing about it", () => {
  assert.equal(judgeWrites(wrote, []), null);
  assert.equal(judgeWrites(wrote, [said("priority", "low", "B"), said("name", "B", "C")]), null);
  const muchLater = "2026-11-21T10:05:00.000000Z";
  assert.equal(
    judgeWrites(wrote, [said("name", "C", "B", muchLater)]),
    null,
    "somebody who wants the same later",
  );
});

Deno.test("the web app's names of fields and its None are understood", () => {
  const state = rememberWrites({}, planOf("state", "s1", "s2"), AT);
  assert.deepEqual(judgeWrites(state, [said("state_id", "s3", "s2")])?.lost.map(({ value }) => value), [
    "s3",
  ]);
  const parent = rememberWrites({}, {
    ...emptyPlan(),
    changes: [{ field: "parent", side: "plane", from: null, to: "p", why: "changed_in_odoo", base: null }],
  }, AT);
  assert.deepEqual(judgeWrites(parent, [said("parent", "None", "p")])?.lost, []);
});

Deno.test("an overwritten value is remembered until its field is agreed on anew", () => {
  const found = judgeWrites(wrote, [said("name", "X", "B")])?.base ?? {};
  const other = rememberWrites(found, planOf("priority", "low", "high"), null);
  assert.deepEqual(overwrittenIn(other), { name: "X" });
  assert.deepEqual(overwrittenIn(rememberWrites(other, planOf("name", "B", "C"), null)), {});
});
