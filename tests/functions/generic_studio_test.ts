/** Models people make in Odoo itself have a name without a dot, such as x_deadline. */
import assert from "node:assert/strict";
import { documentScene } from "../support/document_scene.ts";

const MODEL = "x_deadline";

Deno.test("a record of a model made in Odoo itself becomes a work item, and what changes goes both ways", async () => {
  await using scene = await documentScene([MODEL], {
    field_mappings: { name: "x_name", target_date: "x_due" },
    direction: "bidirectional",
  }, {
    odooExtensions: {
      extraModels: [{
        name: MODEL,
        label: "Deadline",
        fields: {
          x_name: { kind: "char", label: "Name" },
          x_due: { kind: "date", label: "Due" },
        },
      }],
    },
  });
  const { world } = scene;
  const [id] = await world.odoo.create(MODEL, [{ x_name: "1601-C", x_due: "2026-03-10" }]);
  await scene.look(MODEL, id ?? 0);
  const item = await scene.item();
  assert.deepEqual([item.name, item.target_date], ["1601-C", "2026-03-10"]);
  await scene.plane.api("PATCH", `/projects/${scene.project}/work-items/${String(item.id)}/`, {
    name: "1601-E",
  });
  await world.arrive();
  assert.equal(world.sandboxOdoo.records(MODEL)[0]?.x_name, "1601-E");
});
