/** A small backfill with a real Odoo over both protocols: what both have is linked, the rest is made, and both sides agree. */
import assert from "node:assert/strict";
import { checkDrift } from "../../shared/drift/check.ts";
import { createBackfillWorld, reportOf } from "../support/backfill_world.ts";
import { realOdoo } from "./real_odoo.ts";

for (const protocol of ["json2", "jsonrpc"] as const) {
  Deno.test(`${protocol}: a dry run writes nothing, the backfill links and makes, and then the project is in sync`, async () => {
    await using scene = await createBackfillWorld({ realOdoo: realOdoo(protocol) });
    const { world } = scene;
    const unique = `Backfill ${crypto.randomUUID().slice(0, 8)}`;
    const website = await scene.project(unique, ["Home page", "Contact form", "Imprint"]);
    const [home = "", contact = "", imprint = ""] = website.items;
    await scene.plane.api("PATCH", `/projects/${website.id}/work-items/${imprint}/`, {
      parent: home,
      priority: "high",
    });
    const [owner] = await world.odoo.create("project.project", [{ name: unique.toUpperCase() }]);
    const [stage] = await world.odoo.create("project.task.type", [
      { name: "Todo", project_ids: [[6, 0, [owner]]] },
    ]);
    const [known] = await world.odoo.create("project.task", [
      { name: "contact form", project_id: owner, stage_id: stage },
      { name: "Only in Odoo", project_id: owner, stage_id: stage },
    ]);
    try {
      const scope = { project: website.id };
      const dry = await scene.finish(await scene.request(scope, true));
      assert.equal(dry.status, "done", String(dry.error));
      const { totals } = dry.report as { totals: Record<string, number> };
      assert.deepEqual(totals, { create_in_odoo: 2, create_in_plane: 1, link: 2 });
      assert.deepEqual(
        (await world.odoo.search("project.task", [["project_id", "=", Number(owner)]])).length,
        2,
      );

      const report = reportOf(await scene.finish(await scene.request(scope)));
      assert.equal(report.complete, true, JSON.stringify(report));
      assert.equal((await world.partner("project", website.id)).id, owner);
      assert.equal((await world.partner("issue", contact)).id, known);
      const child = await world.partner("issue", imprint);
      assert.equal((child.parent_id as [number, string])[0], (await world.partner("issue", home)).id);
      const { results } = await scene.plane.api("GET", `/projects/${website.id}/work-items/`);
      assert((results as { name: string }[]).some(({ name }) => name === "Only in Odoo"));
      const drift = await checkDrift(scene.rehearsal, website.id);
      assert.equal(drift.in_sync, true, JSON.stringify(drift));
    } finally {
      await world.odoo.call("project.project", "unlink", { ids: [Number(owner)] });
    }
  });
}
