/** The whole local stack: Plane's own webhooks through the gateway into the function's process, and on into Odoo. */
import assert from "node:assert/strict";
import postgres from "postgres";
import { startStack } from "../../dev/stack.ts";
import { createTestDatabase } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";

Deno.test("a drain that stops at its limit goes on in another request until everything is in Odoo", async () => {
  await using database = await createTestDatabase();
  const stack = await startStack({
    environment: { DATABASE_URL: database.url },
    functionEnvironment: { SYNC_DRAIN_ENTITIES: "2" },
    report: () => {},
    log: () => {},
  });
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  try {
    const { plane, odoo, functionUrl, planeWebhookSecret: secret } = stack;
    assert(plane !== undefined && odoo !== undefined);
    // Nobody announces these: they are queued while the function sleeps, and one request starts all of it.
    const project = await plane.api("POST", "/projects/", { name: "Stack", identifier: "STACK" });
    const names = ["a", "b", "c", "d", "e", "f", "g"];
    for (const name of names) {
      const item = await plane.api("POST", `/projects/${project.id}/work-items/`, { name });
      await sql`select plane.enqueue_sync('plane', ${String(item.id)}, 'issue', 'update', ${
        sql.json({ project_id: String(project.id) })
      })`;
    }
    plane.webhooks.add({ url: `${functionUrl}?source=plane`, secret });
    await plane.api("PATCH", `/projects/${project.id}/`, { name: "Stacked" });
    await eventually("nothing is queued any more", async () => {
      const [row] = await sql`select count(*)::int as open from plane.sync_queue`;
      return row?.open === 0;
    });
    assert.deepEqual(odoo.records("project.task").map(({ name }) => name).sort(), names);
  } finally {
    await sql.end();
    await stack.close();
  }
});
