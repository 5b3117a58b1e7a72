/** Every SQL statement users were promised, on a migrated database: it runs, and does what was said. */
import assert from "node:assert/strict";
import type postgres from "postgres";
import { createTestDatabase } from "../support/database.ts";
import { KEYS, startPlaneSync } from "../support/plane_sync.ts";

const text = await Deno.readTextFile(new URL("../fixtures/spec_statements.sql", import.meta.url));
const statements = new Map(
  text.split("-- name: ").slice(1).map((part) => {
    const end = part.indexOf("\n");
    return [part.slice(0, end), part.slice(end + 1).trim()];
  }),
);

/** The promised statement of that name, about another record than `your-id` when one is given. */
function promised(name: string, id?: string): string {
  const statement = statements.get(name);
  if (statement === undefined) throw new Error(`no statement "${name}"`);
  return id === undefined ? statement : statement.replace("your-id", id);
}

async function configProblems(databaseUrl: string): Promise<Record<string, unknown>[]> {
  await using sync = startPlaneSync(databaseUrl);
  const answer = await sync.request("?action=status", { headers: { apikey: KEYS.manage } });
  assert.equal(answer.status, 200);
  return (await answer.json()).config_problems;
}

const shortened = (problems: Record<string, unknown>[]) =>
  problems.map(({ pair, field, problem, effect }) => [pair, field, problem, effect]);

/** One mapping of each origin, and one in error. */
async function addMappings(sql: postgres.Sql): Promise<void> {
  await sql`
    insert into plane.sync_mappings (origin, plane_type, plane_id, odoo_model, odoo_id, status, error_count, sync_version, last_synced_at)
    values ('plane', 'issue', 'item-1', 'project.task', '11', 'active', 0, 2, '2026-01-31T12:00:00Z'),
      ('plane', 'issue', 'item-2', 'project.task', '12', 'error', 3, 4, '2026-01-31T13:00:00Z'),
      ('plane', 'issue', 'item-3', 'project.task', '13', 'archived', 0, 1, null),
      ('odoo', 'project', 'project-1', 'project.project', '21', 'active', 0, 1, null)`;
}

Deno.test("active syncs: one row per mapping that is not archived, seen from the side that made it, with its configuration", async () => {
  await using database = await createTestDatabase();
  await addMappings(database.sql);
  const rows = await database.sql.unsafe(promised("active syncs"));
  const shown = rows.map((row) => Object.values(row).slice(1).map(String)).sort();
  assert.deepEqual(Object.keys(rows[0] ?? {}), [
    "id",
    "source_system",
    "source_id",
    "source_type",
    "target_id",
    "target_type",
    "last_synced_at",
    "sync_version",
    "status",
    "error_count",
    "config_enabled",
    "config_direction",
  ]);
  const at = (iso: string) => String(new Date(iso));
  assert.deepEqual(shown, [
    [
      "odoo",
      "21",
      "project.project",
      "project-1",
      "project",
      "null",
      "1",
      "active",
      "0",
      "true",
      "bidirectional",
    ],
    ["plane", "item-1", "issue", "11", "project.task", at("2026-01-31T12:00Z"), "2", "active", "0", "true"]
      .concat("bidirectional"),
    ["plane", "item-2", "issue", "12", "project.task", at("2026-01-31T13:00Z"), "4", "error", "3", "true"]
      .concat("bidirectional"),
  ]);
});

Deno.test("pending queue: one row per entity with work, the next first, with the partner it has", async () => {
  await using database = await createTestDatabase();
  await addMappings(database.sql);
  await database.sql`
    insert into plane.sync_queue (entity_key, source_system, source_id, source_type, status, priority) values
      ('issue:item-1', 'plane', 'item-1', 'issue', 'pending', 5),
      ('issue:new', 'plane', 'new', 'issue', 'processing', 6),
      ('project:project-1', 'odoo', '21', 'project.project', 'pending', 7),
      ('issue:dead', 'plane', 'dead', 'issue', 'failed', 9),
      ('issue:gone', 'plane', 'gone', 'issue', 'cancelled', 9)`;
  const rows = await database.sql.unsafe(promised("pending queue"));
  const shown = rows.map((
    { source_id, status, target_id, target_type },
  ) => [source_id, status, target_id, target_type]);
  assert.deepEqual(shown, [
    ["21", "pending", "project-1", "project"],
    ["new", "processing", null, null],
    ["item-1", "pending", "11", "project.task"],
  ]);
  const names = Object.keys(rows[0] ?? {});
  const promisedColumns =
    "id source_system source_id source_type operation payload status priority attempts max_attempts last_attempt_at next_attempt_at last_error created_at completed_at worker_id lock_until target_id target_type";
  for (const name of promisedColumns.split(" ")) assert.ok(names.includes(name), name);
});

Deno.test("statistics: counts per side and kind", async () => {
  await using database = await createTestDatabase();
  await addMappings(database.sql);
  const rows = await database.sql.unsafe(promised("statistics"));
  const shown = rows.map((row) => ({ ...row, last_sync: row.last_sync?.toISOString() ?? null }))
    .sort((left, right) => String(Object.values(left)[0]).localeCompare(String(Object.values(right)[0])));
  assert.deepEqual(shown, [
    {
      source_system: "odoo",
      source_type: "project.project",
      total_mappings: "1",
      active_count: "1",
      error_count: "0",
      last_sync: null,
      avg_version: "1.0",
    },
    {
      source_system: "plane",
      source_type: "issue",
      total_mappings: "3",
      active_count: "1",
      error_count: "1",
      last_sync: "2026-01-31T13:00:00.000Z",
      avg_version: "2.3",
    },
  ]);
});

Deno.test("recent events: the twenty latest of the sync, newest first", async () => {
  await using database = await createTestDatabase();
  await database.sql`
    insert into ops.events (level, category, message, created_at)
    select 'info', 'plane-sync', 'event ' || n, '2026-01-31T12:00:00Z'::timestamptz + n * interval '1 second'
    from generate_series(1, 25) n`;
  await database
    .sql`insert into ops.events (level, category, message) values ('info', 'billing', 'something else')`;
  const rows = await database.sql.unsafe(promised("recent events"));
  assert.deepEqual(
    rows.map(({ message }) => message),
    Array.from({ length: 20 }, (_, n) => `event ${25 - n}`),
  );
});

Deno.test("failed queue: dead letters with their reason", async () => {
  await using database = await createTestDatabase();
  await database.sql`
    insert into plane.sync_queue (entity_key, source_system, source_id, source_type, status, last_error) values
      ('issue:1', 'plane', '1', 'issue', 'failed', 'odoo_forbidden'), ('issue:2', 'plane', '2', 'issue', 'pending', null)`;
  const rows = await database.sql.unsafe(promised("failed queue"));
  assert.deepEqual(rows.map(({ source_id, last_error }) => [source_id, last_error]), [[
    "1",
    "odoo_forbidden",
  ]]);
});

Deno.test("existing mappings are found by the id of the side that made the record", async () => {
  await using database = await createTestDatabase();
  await addMappings(database.sql);
  const find = (id: string) => database.sql.unsafe(promised("existing mappings", id));
  assert.deepEqual((await find("item-1")).map(({ target_id }) => target_id), ["11"]);
  assert.deepEqual((await find("21")).map(({ target_id }) => target_id), ["project-1"]);
  assert.deepEqual([...await find("11")], []);
  assert.deepEqual([...await database.sql.unsafe(promised("existing mappings"))], []);
});

Deno.test("clearing a mapping forgets the link and its contents, keeps the log, and remembers the partner", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await addMappings(sql);
  await sql`insert into plane.sync_snapshot (mapping_id) select id from plane.sync_mappings`;
  await sql`
    insert into plane.sync_log (mapping_id, source_system, source_id, operation, success)
    select id, source_system, source_id, 'create', true from plane.sync_mappings`;
  await sql.unsafe(promised("clear and re-sync", "item-1"));
  await sql.unsafe(promised("clear and re-sync", "21"));
  const [left] = await sql`
    select (select array_agg(source_id order by source_id) from plane.sync_mappings) as mappings,
      (select count(*)::int from plane.sync_snapshot) as snapshots, (select count(*)::int from plane.sync_log) as log,
      (select count(*)::int from plane.sync_log where mapping_id is null) as unlinked`;
  assert.deepEqual(left, { mappings: ["item-2", "item-3"], snapshots: 2, log: 4, unlinked: 2 });
  const remembered = await sql`
    select plane_type, plane_id, odoo_model, odoo_id, reason from plane.sync_tombstone order by plane_id`;
  assert.deepEqual(remembered.map((row) => Object.values(row)), [
    ["issue", "item-1", "project.task", "11", "mapping_deleted"],
    ["project", "project-1", "project.project", "21", "mapping_deleted"],
  ]);
});

Deno.test("custom field mappings are taken; a field nobody can map pauses itself and is named in the status", async () => {
  await using database = await createTestDatabase();
  const before = await configProblems(database.url);
  await database.sql.unsafe(promised("custom field mappings"));
  const [row] = await database.sql`
    select field_mappings from plane.sync_config where plane_type = 'issue' and odoo_model = 'project.task'`;
  assert.equal(row?.field_mappings.x_custom_field, "custom_field_plane");
  assert.deepEqual(before, []);
  assert.deepEqual(shortened(await configProblems(database.url)), [
    ["issue <-> project.task", "x_custom_field", "field_not_supported", "field_paused"],
  ]);
});

Deno.test("the default field mappings contain the promised ones", async () => {
  await using database = await createTestDatabase();
  const [row] = await database.sql`
    select field_mappings from plane.sync_config where plane_type = 'issue' and odoo_model = 'project.task'`;
  const { name, description, priority, state } = row?.field_mappings ?? {};
  assert.deepEqual({ name, description, priority, state }, {
    name: "name",
    description: "description",
    priority: "priority",
    state: "stage_id",
  });
});

Deno.test("disabling an entity type silences what the status says about it", async () => {
  await using database = await createTestDatabase();
  await database.sql`update plane.sync_config set direction = 'odoo_to_plane' where plane_type = 'cycle'`;
  assert.deepEqual(shortened(await configProblems(database.url)), [
    ["cycle <-> project.milestone", null, "direction_not_supported", "pair_paused"],
  ]);
  await database.sql.unsafe(promised("disable an entity type"));
  const rows = await database.sql`select enabled from plane.sync_config where plane_type = 'cycle'`;
  assert.deepEqual([...rows], [{ enabled: false }]);
  assert.deepEqual(await configProblems(database.url), []);
});

Deno.test("changing the direction works for each of the promised values, and none of them is a problem", async () => {
  await using database = await createTestDatabase();
  for (const direction of ["plane_to_odoo", "odoo_to_plane", "bidirectional"]) {
    await database.sql.unsafe(promised("change the direction").replace("'plane_to_odoo'", `'${direction}'`));
    const rows = await database
      .sql`select distinct direction from plane.sync_config where plane_type = 'issue'`;
    assert.deepEqual([...rows], [{ direction }]);
    assert.deepEqual(shortened(await configProblems(database.url)), []);
  }
});

Deno.test("a changed configuration wakes what was parked because of it, and nothing else", async () => {
  await using database = await createTestDatabase();
  await database.sql`
    insert into plane.sync_queue (entity_key, source_system, source_id, source_type, next_attempt_at) values
      ('issue:1', 'plane', '1', 'issue', 'infinity'), ('project:1', 'plane', '1', 'project', 'infinity')`;
  await database.sql.unsafe(promised("change the direction"));
  const rows = await database
    .sql`select entity_key from plane.sync_queue where next_attempt_at <= clock_timestamp()`;
  assert.deepEqual([...rows], [{ entity_key: "issue:1" }]);
});

Deno.test("each of the ten statements runs for the service role, which is promised full access", async () => {
  await using database = await createTestDatabase();
  assert.equal(statements.size, 10);
  for (const statement of statements.values()) {
    await database.sql.begin(async (transaction) => {
      await transaction`set local role service_role`;
      await transaction.unsafe(statement);
    });
  }
});
