/** Fields that go one way only, and what people decide about them. */
import assert from "node:assert/strict";
import type { OdooCapabilities } from "../../../shared/odoo/capabilities.ts";
import { type Lens, NO_REFERENCES } from "../../../shared/sync/lenses/lens.ts";
import { planBoth } from "../../../shared/sync/plan/plan.ts";

interface Form {
  name: string;
}

const lens: Lens<Form> = {
  field: "name",
  odooField: "name",
  planeValue: (form) => form.name,
  odooValue: (record) => String(record.name),
  toOdoo: ({ name }) => ({ values: { name }, value: name }),
  toPlane: (record) => ({ values: { name: String(record.name) }, value: String(record.name) }),
};

for (const [direction, side] of [["to_odoo", "odoo"], ["to_plane", "plane"]] as const) {
  Deno.test(`a conflict decided for the ${side} side of a field that goes ${direction} is over, and nothing is written`, () => {
    const plan = planBoth({
      lenses: [{ lens, odooField: "name", direction }],
      plane: { name: "in Plane" },
      odoo: { id: 1, name: "in Odoo" },
      planeBase: { name: "before" },
      odooBase: { name: "before" },
      placeholders: {},
      capabilities: {} as OdooCapabilities,
      references: NO_REFERENCES,
      today: "2026-01-31",
      policy: "manual",
      resolutions: new Map([["name", { side }]]),
      open: new Set(["name"]),
      later: () => "plane",
    });
    assert.deepEqual([plan.settled, plan.agreed], [["name"], ["name"]]);
    assert.deepEqual([plan.odoo, plan.plane], [{}, {}]);
  });
}
