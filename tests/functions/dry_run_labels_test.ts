/** What a dry run imagines of a project's labels, when the project itself is really there. */
import assert from "node:assert/strict";
import { createDryRunScene } from "../support/dry_run_scene.ts";

Deno.test("a dry run makes the label of a tag once, for however many tasks carry it", async () => {
  await using scene = await createDryRunScene();
  const { odoo } = scene.world;
  const [tag = 0] = await odoo.create("project.tags", [{ name: "Rush" }]);
  const [website] = await odoo.searchRead("project.project", [["name", "ilike", "website"]], ["id"]);
  await odoo.create(
    "project.task",
    ["one", "two", "three"].map((name) => ({
      name: `Rushed ${name}`,
      project_id: website?.id ?? 0,
      tag_ids: [[4, tag, 0]],
    })),
  );
  for (const share of [{}, { entities: 1 }]) {
    const { row } = await scene.rehearse(share);
    const { calls } = await scene.comparable(row);
    const { plane: { by } } = calls as { plane: { by: Record<string, number> } };
    assert.deepEqual([row.status, by["create label"]], ["done", 1], JSON.stringify(share));
  }
});
