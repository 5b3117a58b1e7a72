/** Polling a real Odoo with nothing installed in it, over both protocols: what is written there comes to Plane. */
import assert from "node:assert/strict";
import { createSweepWorld, type SweepWorld, WATERMARKS } from "../support/sweep_world.ts";

const { ODOO_URL, ODOO_DB, ODOO_LOGIN, ODOO_API_KEY } = Deno.env.toObject();

/** Only the projects of this test: the server is shared. */
async function startScene(protocol: "json2" | "jsonrpc") {
  const realOdoo = {
    url: ODOO_URL ?? "",
    database: ODOO_DB ?? "",
    login: ODOO_LOGIN ?? "",
    apiKey: ODOO_API_KEY ?? "",
    protocol,
  };
  const scene = await createSweepWorld({ realOdoo });
  const { world, plane } = scene;
  const unique = crypto.randomUUID().slice(0, 8);
  const project = String(
    (await plane.api("POST", "/projects/", {
      name: `Polled ${unique}`,
      identifier: unique.slice(0, 6).toUpperCase(),
    })).id,
  );
  await world.arrive();
  const item = String((await plane.api("POST", `/projects/${project}/work-items/`, { name: "Start" })).id);
  await world.arrive();
  const owner = Number((await world.partner("project", project)).id);
  await world.sql`
    update plane.sync_config set options = jsonb_build_object('odoo_projects', jsonb_build_array(${owner}::integer))
    where odoo_model in ('project.project', 'project.task')`;
  await scene.sweep();
  return { scene, project, item, owner, task: Number((await world.partner("issue", item)).id) };
}

async function namesOf({ plane }: SweepWorld, project: string): Promise<string[]> {
  const { results } = await plane.api("GET", `/projects/${project}/work-items/`);
  return (results as { name: string }[]).map(({ name }) => name).sort();
}

for (const protocol of ["json2", "jsonrpc"] as const) {
  Deno.test(`${protocol}: edits, new tasks and messages of a stock Odoo are polled; echoes are not hinted again`, async () => {
    const { scene, project, item, owner, task } = await startScene(protocol);
    await using _ = scene;
    const { odoo } = scene.world;
    await odoo.write("project.task", [task], { name: "From Odoo", priority: "1" });
    await odoo.create("project.task", [{ name: "New in Odoo", project_id: owner }]);
    await odoo.call("project.task", "message_post", {
      ids: [task],
      body: "Said in Odoo",
      message_type: "comment",
      subtype_xmlid: "mail.mt_note",
    });
    await scene.sweep();
    assert.deepEqual(await namesOf(scene, project), ["From Odoo", "New in Odoo"]);
    const { results } = await scene.plane.api("GET", `/projects/${project}/work-items/${item}/comments/`);
    assert.match(JSON.stringify(results), /Said in Odoo/);
    const again = await odoo.searchRead("project.task", [["id", "=", task]], ["write_date"]);
    const before = scene.plane.requests.length;
    await scene.sweep();
    assert.deepEqual(
      await odoo.searchRead("project.task", [["id", "=", task]], ["write_date"]),
      again,
      "nothing is written back",
    );
    const writes = scene.plane.requests.slice(before).filter(({ method }) => method !== "GET");
    assert.deepEqual(writes, []);
  });

  Deno.test(`${protocol}: a bulk write of more rows than a page, all of one moment, is polled whole`, async () => {
    const { scene, project, owner } = await startScene(protocol);
    await using _ = scene;
    const { odoo, sql } = scene.world;
    const values = Array.from({ length: 130 }, (_unused, n) => ({ name: `Bulk ${n}`, project_id: owner }));
    const ids = await odoo.create("project.task", values);
    const { hints } = await scene.sweepOnly();
    assert(hints >= 130, `${hints} hints`);
    const [row] = await sql<{ hinted: number }[]>`
      select count(*)::integer as hinted from plane.sync_queue
      where entity_key = any (${ids.map((id) => `project.task:${id}`)}::text[])`;
    assert.equal(row?.hinted, 130);
    assert.equal((await namesOf(scene, project)).length, 1, "nothing was processed yet");
  });

  Deno.test(`${protocol}: a task deleted in Odoo is found by its id alone`, async () => {
    const { scene, project, task } = await startScene(protocol);
    await using _ = scene;
    await scene.world.odoo.call("project.task", "unlink", { ids: [task] });
    await scene.sweep({ ...WATERMARKS, fullMs: 0 });
    assert.deepEqual(await namesOf(scene, project), []);
  });
}
