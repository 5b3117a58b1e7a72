/** What management requests answer and do. */
import assert from "node:assert/strict";
import { createTestDatabase } from "../support/database.ts";
import { ISSUE, PROJECT } from "../support/plane_envelopes.ts";
import { KEYS, type PlaneSync, startPlaneSync } from "../support/plane_sync.ts";

const OTHER = "4eb768e3-1c6b-4f0e-8e43-1f1f60a1a2b3";

async function ask(
  sync: PlaneSync,
  action: string,
  body?: object | string,
): Promise<Record<string, unknown>> {
  const answer = await sync.request(`?action=${action}`, {
    method: action === "status" ? "GET" : "POST",
    headers: { apikey: KEYS.manage },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const parsed = await answer.json();
  assert.equal(answer.status, 200, JSON.stringify(parsed));
  return parsed;
}

/** Lets what was started in the background end, so that it changes nothing under the test's hands. */
async function settled(sync: PlaneSync): Promise<void> {
  while (sync.background.length > 0) await sync.background.shift();
}

Deno.test("the status of an empty suite has the promised keys", async () => {
  await using database = await createTestDatabase();
  await using sync = startPlaneSync(database.url);
  const status = await ask(sync, "status");
  assert.deepEqual(Object.keys(status).sort(), [
    "breakers",
    "config_problems",
    "configured",
    "conflicts",
    "last_checked",
    "left_out",
    "mappings",
    "next_actions",
    "odoo",
    "ok",
    "paused",
    "queue",
    "recent_events",
    "runs",
    "stats",
    "success",
    "sweeps",
  ]);
  assert.equal(status.ok, true);
  assert.deepEqual([status.mappings, status.recent_events, status.odoo], [[], [], null]);
  assert.deepEqual(status.configured, {
    plane_webhook: true,
    odoo_webhook: true,
    plane_api: false,
    odoo: false,
  });
  assert.ok(!Number.isNaN(Date.parse(String(status.last_checked))));
});

Deno.test("the status shows mappings with their state, the latest events of the sync, and what is dead", async () => {
  await using database = await createTestDatabase();
  await using sync = startPlaneSync(database.url);
  await database.sql`
    insert into plane.sync_mappings (plane_type, plane_id, odoo_model, odoo_id, status, last_error)
    values ('issue', ${ISSUE}, 'project.task', '42', 'error', 'odoo_forbidden'),
      ('issue', ${OTHER}, 'project.task', '43', 'archived', null)`;
  await database.sql`select ops.log_event('info', 'about the sync', p_category => 'plane-sync')`;
  await database.sql`select ops.log_event('info', 'about something else', p_category => 'billing')`;
  await database.sql`
    insert into plane.sync_queue (entity_key, source_system, source_id, source_type, status, last_error)
    values ('issue:1', 'plane', '1', 'issue', 'failed', 'odoo_forbidden')`;
  const status = await ask(sync, "status");
  const mappings = status.mappings as Record<string, unknown>[];
  assert.deepEqual(mappings.map(({ source_id, target_id, status }) => [source_id, target_id, status]), [
    [ISSUE, "42", "error"],
  ]);
  const events = status.recent_events as Record<string, unknown>[];
  assert.deepEqual(events.map(({ message }) => message), ["about the sync"]);
  assert.equal((status.queue as Record<string, unknown>).dead, 1);
  const topics = (status.next_actions as Record<string, unknown>[]).map((
    { topic, subject },
  ) => [topic, subject]);
  assert.deepEqual(topics, [["dead_letters", "odoo_forbidden"], ["mappings_in_error", "odoo_forbidden"]]);
});

Deno.test("a manual sync of one record queues it with its project", async () => {
  await using database = await createTestDatabase();
  await using sync = startPlaneSync(database.url);
  const entity = { source: "plane", type: "issue", id: ISSUE, project_id: PROJECT.toUpperCase() };
  const answer = await ask(sync, "sync", { entity });
  assert.deepEqual(answer, { ok: true, success: true, queued: 1 });
  assert.equal(sync.background.length, 1, "a drain was started and not waited for");
  const rows = await database.sql`select entity_key, plane_project_id, read_first from plane.sync_queue`;
  assert.deepEqual([...rows], [
    { entity_key: `issue:${ISSUE}`, plane_project_id: PROJECT, read_first: true },
  ]);
});

Deno.test("a manual sync of a project queues it and its records, except what is archived", async () => {
  await using database = await createTestDatabase();
  await using sync = startPlaneSync(database.url);
  await database.sql`
    insert into plane.sync_mappings (plane_type, plane_id, plane_project_id, odoo_model, odoo_id, status) values
      ('project', ${PROJECT}, ${PROJECT}, 'project.project', '1', 'active'),
      ('issue', ${ISSUE}, ${PROJECT}, 'project.task', '2', 'active'),
      ('issue', ${OTHER}, ${PROJECT}, 'project.task', '3', 'archived'),
      ('issue', ${crypto.randomUUID()}, ${OTHER}, 'project.task', '4', 'active')`;
  assert.equal((await ask(sync, "sync", { project: PROJECT })).queued, 2);
  const rows = await database.sql`select entity_key from plane.sync_queue order by 1`;
  assert.deepEqual(rows.map(({ entity_key }) => entity_key), [`issue:${ISSUE}`, `project:${PROJECT}`]);
});

Deno.test("a manual sync without a body makes due what backs off, and lets rest what rests", async () => {
  await using database = await createTestDatabase();
  await using sync = startPlaneSync(database.url, { SYNC_DRAIN_WALL_CLOCK_MS: "0" });
  await database.sql`
    insert into plane.sync_queue (entity_key, source_system, source_id, source_type, last_error, next_attempt_at) values
      ('issue:1', 'plane', '1', 'issue', 'odoo_unreachable', now() + interval '1 hour'),
      ('issue:2', 'plane', '2', 'issue', 'outcome_unknown', now() + interval '1 hour'),
      ('issue:3', 'plane', '3', 'issue', 'paused', 'infinity')`;
  for (const body of [undefined, "", "  \n", "{}"]) {
    assert.equal(typeof (await ask(sync, "sync", body)).queued, "number");
    await settled(sync);
  }
  const rows = await database.sql`
    select entity_key, next_attempt_at <= now() as due from plane.sync_queue order by entity_key`;
  assert.deepEqual(rows.map(({ due }) => due), [true, false, false]);
});

Deno.test("a replay makes due exactly what it selects", async () => {
  await using database = await createTestDatabase();
  await using sync = startPlaneSync(database.url, { SYNC_DRAIN_WALL_CLOCK_MS: "0" });
  const bury = () =>
    database.sql`
      insert into plane.sync_queue (entity_key, source_system, source_id, source_type, status, last_error, completed_at)
      values ('issue:1', 'plane', '1', 'issue', 'failed', 'odoo_forbidden', '2026-01-01T12:00:00Z'),
        ('issue:2', 'plane', '2', 'issue', 'failed', 'odoo_rejected', '2026-01-02T12:00:00Z')
      on conflict (entity_key) do update set status = 'failed', last_error = excluded.last_error,
        completed_at = excluded.completed_at`;
  await bury();
  const [first] = await database.sql`select id from plane.sync_queue where entity_key = 'issue:1'`;
  const selections: [object, string[]][] = [
    [{ ids: [first?.id] }, ["issue:1"]],
    [{ ids: [] }, []],
    [{ entity_keys: ["issue:2", "issue:9"] }, ["issue:2"]],
    [{ reason: "odoo_rejected" }, ["issue:2"]],
    [{ from: "2026-01-02T00:00:00Z" }, ["issue:2"]],
    [{ to: "2026-01-02T12:30:00+01:00" }, ["issue:1"]],
    [{ from: "2026-01-01T00:00:00Z", to: "2026-01-03T00:00:00Z" }, ["issue:1", "issue:2"]],
    [{ from: "2026-01-01T00:00:00Z", reason: "odoo_forbidden" }, ["issue:1"]],
  ];
  for (const [selection, expected] of selections) {
    await bury();
    const { replayed } = await ask(sync, "replay", selection);
    await settled(sync);
    assert.equal(replayed, expected.length, JSON.stringify(selection));
    const rows = await database.sql`
      select entity_key from plane.sync_queue where status <> 'failed' order by entity_key`;
    assert.deepEqual(rows.map(({ entity_key }) => entity_key), expected, JSON.stringify(selection));
  }
});

Deno.test("a drain answers with its report when it has ended", async () => {
  await using database = await createTestDatabase();
  await using sync = startPlaneSync(database.url);
  await database.sql`select plane.enqueue_sync('plane', ${crypto.randomUUID()}, 'of_no_kind')`;
  const report = await ask(sync, "drain");
  assert.equal(report.ok, true);
  assert.equal(report.claimed, 1);
  for (const name of ["claimed", "done", "failed", "lost"]) assert.equal(typeof report[name], "number");
  assert.equal(report.more, false);
});
