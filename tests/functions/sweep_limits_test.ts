/** What a sweep costs, what it does when there is no room, and who may start one. */
import assert from "node:assert/strict";
import { SuiteError } from "../../shared/errors.ts";
import { PlaneClient } from "../../shared/plane/client.ts";
import { createPlaneDirectory } from "../../shared/sync/sides/plane_directory.ts";
import type { PlaneAccess } from "../../shared/sync/sides/dependencies.ts";
import { createTestDatabase } from "../support/database.ts";
import { KEYS, startPlaneSync } from "../support/plane_sync.ts";
import { createSweepWorld, EVERYTHING, type SweepWorld, WATERMARKS } from "../support/sweep_world.ts";

async function startScene(): Promise<{ scene: SweepWorld; project: string }> {
  const scene = await createSweepWorld();
  const { world, plane } = scene;
  const project = String((await plane.api("POST", "/projects/", { name: "Website", identifier: "WEB" })).id);
  await world.arrive();
  await scene.sweep();
  return { scene, project };
}

const makeItems = async ({ plane }: SweepWorld, project: string, count: number) => {
  for (let n = 1; n <= count; n += 1) {
    await plane.api("POST", `/projects/${project}/work-items/`, { name: `Item ${n}` });
  }
};
const countTasks = ({ world }: SweepWorld) => world.sandboxOdoo.records("project.task").length;

/** Plane as it answers while the budget has room for so many calls. */
function roomFor(calls: number, { plane }: SweepWorld): PlaneAccess {
  const client = new PlaneClient(
    { baseUrl: plane.url, apiKey: plane.apiKeys.service, workspaceSlug: plane.workspaceSlug },
    {
      fetch,
      wrap: (transport) => (request) => {
        calls -= 1;
        if (calls < 0) throw new SuiteError("plane_rate_limited", { retryAfterMs: 30_000 });
        return transport(request);
      },
    },
  );
  return { client, directory: createPlaneDirectory(client, () => 0) };
}

Deno.test("without room in the budget a sweep ends, says so, and goes on next time", async () => {
  const { scene, project } = await startScene();
  await using _ = scene;
  await makeItems(scene, project, 3);
  const { sync } = scene.dependencies;
  const unlimited = sync.plane;
  const intervals = { ...WATERMARKS, planeMs: 300_000 };
  scene.aheadMs = 301_000;
  sync.plane = roomFor(1, scene);
  const report = await scene.sweep(intervals);
  assert.equal(report.unfinished, true);
  assert.deepEqual(report.failed, { [`plane:issue:${project}`]: "plane_rate_limited" });
  assert.equal(countTasks(scene), 0);
  sync.plane = unlimited;
  scene.aheadMs = 361_000;
  await scene.sweep(intervals);
  assert.equal(countTasks(scene), 3, "due, although the projects were read a minute ago");
});

Deno.test("a list that does not fit into the time is gone on with, and no row is lost", async () => {
  const { scene, project } = await startScene();
  await using _ = scene;
  await makeItems(scene, project, 130);
  let looks = 2;
  scene.dependencies.timeLeftMs = () => looks-- > 0 ? 60_000 : 0;
  const odooRests = { ...WATERMARKS, odooMs: Number.MAX_SAFE_INTEGER };
  await scene.sweep(odooRests);
  assert.equal(countTasks(scene), 100);
  scene.dependencies.timeLeftMs = () => 60_000;
  const before = scene.plane.requests.length;
  await scene.sweep({ ...odooRests, planeMs: 300_000 });
  assert.equal(countTasks(scene), 130);
  const lists = scene.plane.requests.slice(before).filter(({ path }) =>
    path.includes("order_by=-updated_at")
  );
  assert.equal(lists.length, 1);
  assert.equal((await scene.sweep(odooRests)).hints, 0);
});

Deno.test("two sweeps at once do the work once", async () => {
  const { scene, project } = await startScene();
  await using _ = scene;
  await makeItems(scene, project, 4);
  const [one, other] = await Promise.all([scene.sweepOnly(), scene.sweepOnly()]);
  assert.equal(one.hints + other.hints, 4);
});

Deno.test("a sweep does nothing while everything is paused", async () => {
  const { scene, project } = await startScene();
  await using _ = scene;
  await makeItems(scene, project, 1);
  await scene.world.sql`select plane.pause('all')`;
  const report = await scene.sweepOnly(EVERYTHING);
  assert.deepEqual([report.rows, report.hints], [0, 0]);
});

Deno.test("the schedule's key may sweep; a project whose brake is to go is named; the status shows how old things are", async () => {
  await using database = await createTestDatabase();
  await using sync = startPlaneSync(database.url);
  await database.sql`
    insert into plane.sync_cursor (name, value) values
      ('brake:plane:issue:one', '{"since": "2026-03-01T09:00:00Z", "vanished": 9, "known": 10, "state": "open"}'),
      ('silence:plane:issue', '{"since": "2026-03-01T09:00:00Z", "changes": 3}'),
      ('silence:odoo:project.task', '{"since": "2026-03-01T09:00:00Z", "changes": 1}'),
      ('odoo:project.task', '{"swept_at": "2026-03-01T09:00:00Z"}')`;
  const ask = async (action: string, apikey: string, body?: object) => {
    const method = action === "status" ? "GET" : "POST";
    const given = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await sync.request(`?action=${action}`, { method, headers: { apikey }, ...given });
    return { status: answer.status, body: await answer.json() };
  };
  const before = await ask("status", KEYS.manage);
  assert.deepEqual(
    before.body.next_actions.map(({ topic }: { topic: string }) => topic),
    ["brake", "webhook_silent", "webhook_silent", "sweep_late"],
  );
  assert.equal(before.body.sweeps.staleness[0].records, "odoo:project.task");
  assert.equal((await ask("sweep", KEYS.cron, {})).status, 200);
  const released = await ask("sweep", KEYS.manage, { release: "one" });
  assert.deepEqual([released.status, released.body.released], [200, 1]);
  assert.deepEqual((await ask("status", KEYS.manage)).body.sweeps.brakes, []);
  assert.equal((await ask("sweep", KEYS.manage, { released: "one" })).status, 400);
  assert.equal((await ask("sweep", KEYS.publishable)).status, 401);
});
