/** Backfills, dry runs and drift checks as operators ask for them. */
import assert from "node:assert/strict";
import { createApp } from "../../supabase/functions/plane-sync/app.ts";
import { connect } from "../../supabase/functions/plane-sync/connect.ts";
import { readConfig } from "../../shared/config.ts";
import { eventually } from "../support/eventually.ts";
import { createBackfillWorld } from "../support/backfill_world.ts";

const KEYS = { manage: "sb_secret_manage_key_for_backfills", cron: "sb_secret_cron_key_for_backfills" };

async function openDoor(settings: Record<string, string> = {}) {
  const scene = await createBackfillWorld();
  const { world, plane } = scene;
  const background: Promise<unknown>[] = [];
  let end = () => {};
  const app = createApp(connect(
    readConfig({
      DATABASE_URL: world.databaseUrl,
      DATABASE_CONNECTIONS: "4",
      PLANE_API_URL: plane.url,
      PLANE_API_KEY: plane.apiKeys.service,
      PLANE_WORKSPACE_SLUG: plane.workspaceSlug,
      ODOO_URL: world.sandboxOdoo.url,
      ODOO_DB: world.sandboxOdoo.database,
      ODOO_LOGIN: world.sandboxOdoo.login,
      ODOO_API_KEY: world.sandboxOdoo.apiKey,
      ...settings,
      SUPABASE_SECRET_KEYS: JSON.stringify({ default: KEYS.manage, cron: KEYS.cron }),
    }),
    {
      fetch,
      writeLine: () => {},
      monotonicMs: () => performance.now(),
      waitUntil: (promise) => background.push(promise),
      onEnding: (listener) => end = listener,
    },
  ));
  const ask = async (method: "GET" | "POST", query: string, body?: object, key = KEYS.manage) => {
    const answer = await app.request(`/plane-sync?action=${query}`, {
      method,
      headers: { apikey: key, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: await answer.json() as Record<string, unknown> };
  };
  const finished = async (run: unknown) => {
    let row: Record<string, unknown> = {};
    await eventually("the run is over", async () => {
      row = (await ask("GET", `sync&run=${run}`)).body.run as Record<string, unknown>;
      return row.status === "done" || row.status === "failed";
    });
    return row;
  };
  return {
    scene,
    ask,
    finished,
    [Symbol.asyncDispose]: async () => {
      end();
      while (background.length > 0) await background.shift();
      await scene[Symbol.asyncDispose]();
    },
  };
}

Deno.test({
  name:
    "an operator asks for a dry run, then for the backfill, follows it in the status, and checks the project",
  // The pool of a door ends with its process.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    await using door = await openDoor();
    const { scene, ask, finished } = door;
    const website = await scene.project("Website", ["Home page", "Contact form"]);

    const dry = await ask("POST", "sync", { scope: "all", dry_run: true });
    const rehearsed = await finished(dry.body.run_id);
    assert.deepEqual((rehearsed.report as { totals: unknown }).totals, { create_in_odoo: 3 });
    assert.equal(scene.world.sandboxOdoo.records("project.task").length, 0);
    const { records } = rehearsed.report as { records: unknown[] };
    const page = await ask("GET", `sync&run=${dry.body.run_id}&offset=1`);
    assert.deepEqual([page.body.records, page.body.next_offset], [records.slice(1), null]);

    const real = await ask("POST", "sync", { scope: { project: website.id }, direction: "to_odoo" });
    const row = await finished(real.body.run_id);
    assert.equal((row.report as { complete: boolean }).complete, true, JSON.stringify(row));
    assert.equal(scene.world.sandboxOdoo.records("project.task").length, 2);
    const written = await ask("GET", `sync&run=${real.body.run_id}&offset=0`);
    assert.deepEqual([written.status, written.body.error], [404, "There is no such dry run."]);

    const { body: status } = await ask("GET", "status");
    const [latest] = status.runs as Record<string, unknown>[];
    assert.deepEqual(
      [latest?.id, latest?.status, latest?.done, latest?.total, latest?.eta_minutes],
      [real.body.run_id, "done", 3, 3, null],
    );
    const drift = await ask("GET", `drift&project=${website.id}`);
    assert.equal(drift.body.in_sync, true, JSON.stringify(drift.body));
    assert.deepEqual(drift.body.not_compared, []);
    const asked = await ask("GET", `drift&project=${website.id}&comments=true`);
    assert.equal(asked.body.in_sync, true, JSON.stringify(asked.body));
  },
});

Deno.test({
  name:
    "what is not asked for rightly is refused by name; the shapes of before stay valid; the schedule may not ask",
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    await using door = await openDoor();
    const { ask } = door;
    for (const body of [{ scope: "some" }, { scope: "all", direction: "up" }, { scope: { project: "x" } }]) {
      const { status, body: answer } = await ask("POST", "sync", body);
      assert.deepEqual([status, answer.code], [400, "bad_request"], JSON.stringify(body));
    }
    assert.deepEqual((await ask("POST", "sync")).body, { ok: true, success: true, queued: 0 });
    const entity = { source: "odoo", type: "project.task", id: "1" };
    assert.equal((await ask("POST", "sync", { scope: { entity } })).body.queued, 1);
    assert.equal((await ask("GET", `sync&run=${crypto.randomUUID()}`)).status, 404);
    assert.equal((await ask("GET", `sync&run=${crypto.randomUUID()}&offset=0`)).status, 404);
    assert.equal((await ask("GET", `sync&run=${crypto.randomUUID()}&offset=-1`)).status, 400);
    assert.equal((await ask("GET", "drift")).status, 400);
    assert.equal((await ask("GET", `drift&project=${crypto.randomUUID()}&comments=some`)).status, 400);
    for (const query of ["sync", "drift"]) {
      assert.equal((await ask("POST", query, { scope: "all" }, KEYS.cron)).status, 403);
    }
  },
});

Deno.test({
  name: "a dry run that is longer than a request is followed in the status, and the schedule goes on with it",
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    await using door = await openDoor({ SYNC_DRAIN_ENTITIES: "1" });
    const { scene, ask } = door;
    const website = await scene.project("Website", ["Home page", "Contact form", "Imprint"]);
    const dry = await ask("POST", "sync", { scope: { project: website.id }, dry_run: true });
    const seen: Record<string, unknown>[] = [];
    await eventually("the dry run is over", async () => {
      await ask("POST", "drain", {}, KEYS.cron);
      const { body } = await ask("GET", "status");
      const [latest = {}] = body.runs as Record<string, unknown>[];
      seen.push(latest);
      return latest.status === "done" || latest.status === "failed";
    });
    const last = seen.at(-1);
    assert.deepEqual(
      [last?.id, last?.status, last?.error, last?.done, last?.total],
      [dry.body.run_id, "done", null, 4, 4],
    );
    const phases = [...new Set(seen.map(({ phase }) => phase))];
    assert(phases.length > 2, `the phases that were seen: ${phases}`);
    assert.equal(scene.world.sandboxOdoo.records("project.task").length, 0);
  },
});
