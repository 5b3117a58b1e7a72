/** What is left of a plan when a side refuses some of it. */
import assert from "node:assert/strict";
import { emptyPlan, type Plan } from "../../../shared/sync/plan/planned.ts";
import { withoutFields } from "../../../shared/sync/without_fields.ts";

const change = (field: string, side: "plane" | "odoo") =>
  ({ field, side, from: "a", to: "b", why: "resolved", base: null }) as const;

/** A decision with a value goes to both sides, and ends its conflict. */
const PLAN: Plan = {
  ...emptyPlan(),
  odoo: { x_priority: "3", x_state: 7 },
  plane: { priority: "urgent" },
  changes: [change("priority", "odoo"), change("priority", "plane"), change("state", "odoo")],
  agreed: ["priority", "state"],
  settled: ["priority", "state"],
  expected: { odoo: { priority: "3", state: 7 }, plane: { priority: "urgent" } },
  owners: { odoo: { x_priority: ["priority"], x_state: ["state"] }, plane: { priority: ["priority"] } },
};

Deno.test("the conflict of a refused field is not over, and the rest of the plan is as it was", () => {
  const rest = withoutFields(PLAN, "odoo", ["x_priority"], false) ?? assert.fail("nothing was left out");
  assert.deepEqual(rest.fields, ["priority"]);
  assert.deepEqual([rest.plan.settled, rest.plan.agreed, rest.plan.waiting], [["state"], ["state"], [
    "priority",
  ]]);
  assert.deepEqual(rest.plan.odoo, { x_state: 7 });
});

Deno.test("what Odoo refuses does not go to Plane either: it is written second", () => {
  const rest = withoutFields(PLAN, "odoo", ["x_priority"], false) ?? assert.fail("nothing was left out");
  assert.deepEqual([rest.plan.plane, rest.plan.changes], [{}, [change("state", "odoo")]]);
});

Deno.test("what Plane refuses was written in Odoo before: that stays in the log", () => {
  const rest = withoutFields(PLAN, "plane", ["priority"], false) ?? assert.fail("nothing was left out");
  assert.deepEqual(rest.plan.changes, [change("priority", "odoo"), change("state", "odoo")]);
  assert.deepEqual([rest.plan.plane, rest.plan.settled], [{}, ["state"]]);
});

Deno.test("a set that one side refuses is still joined on the other", () => {
  const joined = { toOdoo: null, toPlane: null, planeBase: {}, odooBase: {} };
  const plan: Plan = { ...PLAN, joined: { priority: joined } };
  const rest = withoutFields(plan, "odoo", ["x_priority"], false) ?? assert.fail("nothing was left out");
  assert.deepEqual(rest.plan.plane, { priority: "urgent" });
  assert.deepEqual(rest.plan.changes, [change("priority", "plane"), change("state", "odoo")]);
});

Deno.test("a record can do without a new name, but is not made without one", () => {
  const plan: Plan = {
    ...emptyPlan(),
    plane: { name: "Taken", description: "New" },
    changes: [change("name", "plane"), change("description", "plane")],
    agreed: ["name", "description"],
    owners: { odoo: {}, plane: { name: ["name"], description: ["description"] } },
  };
  const rest = withoutFields(plan, "plane", ["name"], false) ?? assert.fail("nothing was left out");
  assert.deepEqual([rest.plan.plane, rest.plan.agreed], [{ description: "New" }, ["description"]]);
  assert.equal(withoutFields(plan, "plane", ["name"], true), null);
});
