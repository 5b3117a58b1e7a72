/** Backfills that are cut short, and lists that move while they are read, over real SQL and the sandboxes. */
import assert from "node:assert/strict";
import { createBackfillWorld, reportOf } from "../support/backfill_world.ts";
import type { BackfillStore } from "../../shared/store/runs/backfill.ts";

const ITEMS = Array.from({ length: 12 }, (_, index) => `Item ${index}`);

/** Between two of these nothing is different for whoever goes on. */
const WRITES: ReadonlySet<unknown> = new Set(["leaveHints", "release", "wakeWaiting"]);

/** A store whose `at`th write never comes back, before or after it took effect. */
function dyingStore(store: BackfillStore, at: number, after: boolean) {
  let calls = 0;
  let died = false;
  const dying = new Proxy(store, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return async (...args: unknown[]) => {
        const mine = WRITES.has(name) ? calls++ : -1;
        if (!died && mine < at) return await Reflect.apply(method, target, args) as unknown;
        if (mine === at && after) await Reflect.apply(method, target, args);
        died = true;
        throw new Error("the worker died");
      };
    },
  });
  return { store: dying, died: () => died };
}

for (const after of [false, true]) {
  Deno.test(`a worker may die ${after ? "after" : "before"} any write: nothing is doubled, nothing is missed`, async () => {
    for (let at = 0;; at++) {
      await using scene = await createBackfillWorld();
      const { world, plane } = scene;
      const website = await scene.project("Website", [...ITEMS, "Known", "Twin", "twin"]);
      const [project] = await world.odoo.create("project.project", [{ name: "Website" }]);
      await world.odoo.create("project.task", [
        { name: "Known", project_id: project },
        { name: "Twin", project_id: project },
        { name: "Only here", project_id: project },
      ]);
      const id = await scene.request();
      const { store, died } = dyingStore(scene.dependencies.store, at, after);
      await scene.work({
        dependencies: () => ({ ...scene.dependencies, store }),
        // What a dead worker's lease would do: the run is taken over when it has ended.
        runs: {
          ...scene.runs,
          advance: (...args) => died() ? Promise.resolve(false) : scene.runs.advance(...args),
        },
      });
      if (!died()) break;
      await world.sql`update plane.sync_run set lock_until = clock_timestamp() where status = 'running'`;
      const report = reportOf(await scene.finish(id));
      const tasks = world.sandboxOdoo.records("project.task").map(({ name }) => String(name)).toSorted();
      assert.deepEqual(tasks, [...ITEMS, "Known", "Twin", "Only here"].toSorted(), `dead at ${at}`);
      const { results } = await plane.api("GET", `/projects/${website.id}/work-items/`);
      const items = (results as { name: string }[]).map(({ name }) => name).toSorted();
      assert.deepEqual(items, [...ITEMS, "Known", "Twin", "twin", "Only here"].toSorted(), `dead at ${at}`);
      assert.equal(report.duplicates.length, 1, `dead at ${at}`);
      const mapped = await world
        .sql`select plane_id from plane.sync_mappings where plane_type = 'issue' and odoo_id is not null`;
      assert.equal(mapped.length, ITEMS.length + 2, `dead at ${at}`);
    }
  });
}

Deno.test("a request whose time is over leaves the rest to the next one", async () => {
  await using scene = await createBackfillWorld();
  await scene.project("Website", ["Home page"]);
  const id = await scene.request();
  let clock = 0;
  let turns = 0;
  // Each request has time for one step.
  for (; turns < 100; turns++) {
    const report = await scene.work({ wallClockMs: 1, now: () => clock++ });
    await scene.world.drain();
    if (!report.more) break;
  }
  assert(turns > 3, "it took several requests");
  assert.equal(reportOf(await scene.finish(id)).complete, true);
});

Deno.test("rows that vanish and appear while the list is read make no other row be missed", async () => {
  await using scene = await createBackfillWorld();
  const { world, plane } = scene;
  // The sandbox allows 300 requests a minute: comments, one request per item, would be too many.
  await world
    .sql`update plane.sync_config set enabled = false where plane_type in ('issue_comment', 'cycle', 'module')`;
  const names = Array.from({ length: 220 }, (_, index) => `Item ${index}`);
  const website = await scene.project("Website", names);
  const gone = website.items.slice(3, 5);
  let pages = 0;
  const { client } = scene.dependencies.plane;
  // After the first page two rows go; after the second one goes and one comes, which the number of rows does not tell.
  const send: typeof client.send = async (request) => {
    const answer = await client.send(request);
    if (request.operation !== "list work items") return answer;
    pages += 1;
    const items = `/projects/${website.id}/work-items/`;
    if (pages === 1) { for (const id of gone) await plane.api("DELETE", `${items}${id}/`); }
    if (pages === 3) {
      await plane.api("DELETE", `${items}${website.items[10]}/`);
      await plane.api("POST", items, { name: "New" });
    }
    return answer;
  };
  const moving = Object.create(client, { send: { value: send } }) as typeof client;
  const id = await scene.request({ direction: "to_odoo" });
  await scene.work({
    dependencies: () => ({ ...scene.dependencies, plane: { ...scene.dependencies.plane, client: moving } }),
  });
  await scene.finish(id);
  const tasks = new Set(world.sandboxOdoo.records("project.task").map(({ name }) => name));
  const missed = names.filter((name, index) => ![3, 4, 10].includes(index) && !tasks.has(name));
  assert.deepEqual(missed, []);
  assert(tasks.has("New"));
});
