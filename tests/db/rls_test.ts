/**
 * Who may see and do what in the database, for everything the catalog lists: a new table, view or function that forgets its
 * grants fails here.
 */
import assert from "node:assert/strict";
import type postgres from "postgres";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

type Role = "anon" | "authenticated" | "service_role";

interface Relation {
  name: string;
  kind: "table" | "view" | "other";
  row_security: boolean;
  security_invoker: boolean;
}

/** What signed-in users were promised: read-only access to mappings and configuration. */
const READABLE = ["plane.sync_config", "plane.sync_mappings"];

function relations(sql: postgres.Sql): Promise<Relation[]> {
  return sql<Relation[]>`
    select format('%I.%I', n.nspname, c.relname) as name,
      case when c.relkind in ('r', 'p') then 'table' when c.relkind = 'v' then 'view' else 'other' end as kind,
      c.relrowsecurity as row_security,
      coalesce('security_invoker=true' = any (c.reloptions), false) as security_invoker
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('plane', 'ops') and c.relkind in ('r', 'p', 'v', 'm', 'f') order by 1`;
}

/** Runs statements as a role of the API, as the Data API does, and leaves nothing of it. Returns the error's code, if any. */
async function codeAs(database: TestDatabase, role: Role, statement: string): Promise<string | null> {
  const undone = new Error("undone");
  try {
    await database.sql.begin(async (transaction) => {
      await transaction.unsafe(`set local role ${role}`);
      await transaction.unsafe(statement);
      throw undone;
    });
  } catch (thrown) {
    if (thrown === undone) return null;
    return String((thrown as { code?: string }).code);
  }
  return null;
}

const DENIED = "42501";

Deno.test("the catalog has what this test is about", async () => {
  await using database = await createTestDatabase();
  const found = await relations(database.sql);
  const names = found.map(({ name }) => name);
  for (
    const name of [
      ...READABLE,
      "plane.webhook_delivery",
      "plane.sync_snapshot",
      "plane.sync_conflict",
      "plane.v_conflicts",
      "plane.sync_cursor",
      "plane.sync_run",
      "plane.sync_switch",
      "ops.events",
    ]
  ) {
    assert.ok(names.includes(name), name);
  }
  assert.ok(found.filter(({ kind }) => kind === "view").length >= 6);
  assert.deepEqual(
    found.filter(({ kind }) => kind === "other"),
    [],
    "neither foreign tables nor materialised views",
  );
});

Deno.test("every table has row level security, and every view runs with its reader's rights", async () => {
  await using database = await createTestDatabase();
  const found = await relations(database.sql);
  const open = found.filter(({ kind, row_security, security_invoker }) =>
    kind === "table" ? !row_security : !security_invoker
  );
  assert.deepEqual(open.map(({ name }) => name), []);
});

Deno.test("anon may not read any table or view, nor write any table", async () => {
  await using database = await createTestDatabase();
  for (const { name, kind } of await relations(database.sql)) {
    assert.equal(await codeAs(database, "anon", `select * from ${name}`), DENIED, name);
    assert.equal(await codeAs(database, "anon", `select count(*) from ${name}`), DENIED, name);
    if (kind !== "table") continue;
    assert.equal(await codeAs(database, "anon", `delete from ${name}`), DENIED, name);
    assert.equal(await codeAs(database, "anon", `insert into ${name} default values`), DENIED, name);
    assert.equal(await codeAs(database, "anon", `truncate ${name}`), DENIED, name);
  }
});

Deno.test("no table, view or column is granted to anon or to everybody, so the closed schema is not the only wall", async () => {
  await using database = await createTestDatabase();
  const open = await database.sql`
    select format('%I.%I', n.nspname, c.relname) as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('plane', 'ops') and c.relkind in ('r', 'p', 'v', 'm', 'f')
      and (has_any_column_privilege('anon', c.oid, 'SELECT')
        or exists (select from aclexplode(c.relacl) a where a.grantee = 0))`;
  assert.deepEqual([...open], []);
});

Deno.test("anon may not even enter the schemas", async () => {
  await using database = await createTestDatabase();
  for (const schema of ["plane", "ops"]) {
    const [row] = await database.sql`
      select has_schema_privilege('anon', ${schema}, 'usage') as usage, has_schema_privilege('anon', ${schema}, 'create') as make`;
    assert.deepEqual(row, { usage: false, make: false }, schema);
  }
  const [ops] = await database.sql`select has_schema_privilege('authenticated', 'ops', 'usage') as usage`;
  assert.equal(ops?.usage, false);
});

Deno.test("signed-in users may read mappings and configuration and nothing else", async () => {
  await using database = await createTestDatabase();
  for (const { name } of await relations(database.sql)) {
    const expected = READABLE.includes(name) ? null : DENIED;
    assert.equal(await codeAs(database, "authenticated", `select * from ${name}`), expected, name);
  }
});

Deno.test("signed-in users see every row of what they may read", async () => {
  await using database = await createTestDatabase();
  await database.sql`
    insert into plane.sync_mappings (plane_type, plane_id, odoo_model, odoo_id) values ('issue', '1', 'project.task', '2')`;
  for (const name of READABLE) {
    const [all] = await database.sql.unsafe(`select count(*)::int as count from ${name}`);
    const seen = await database.sql.begin(async (transaction) => {
      await transaction`set local role authenticated`;
      const [row] = await transaction.unsafe(`select count(*)::int as count from ${name}`);
      return row?.count;
    });
    assert.equal(seen, all?.count);
    assert.ok(seen > 0, name);
  }
});

Deno.test("signed-in users may write nothing, not a column and not by truncating", async () => {
  await using database = await createTestDatabase();
  const writes = await database.sql`
    select format('%I.%I', n.nspname, c.relname) as name, r.role, p.privilege
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    cross join (values ('anon'), ('authenticated')) as r (role)
    cross join (values ('INSERT'), ('UPDATE'), ('DELETE'), ('TRUNCATE'), ('REFERENCES'), ('TRIGGER')) as p (privilege)
    where n.nspname in ('plane', 'ops') and c.relkind in ('r', 'p', 'v', 'm', 'f')
      and case when p.privilege in ('INSERT', 'UPDATE', 'REFERENCES')
        then has_any_column_privilege(r.role, c.oid, p.privilege) else has_table_privilege(r.role, c.oid, p.privilege) end`;
  assert.deepEqual([...writes], []);
  for (const name of READABLE) {
    assert.equal(await codeAs(database, "authenticated", `delete from ${name}`), DENIED);
    assert.equal(await codeAs(database, "authenticated", `update ${name} set updated_at = now()`), DENIED);
  }
});

Deno.test("neither may use a sequence", async () => {
  await using database = await createTestDatabase();
  const usable = await database.sql`
    select c.relname, r.role from pg_class c join pg_namespace n on n.oid = c.relnamespace
    cross join (values ('anon'), ('authenticated')) as r (role)
    where n.nspname in ('plane', 'ops') and c.relkind = 'S'
      and (has_sequence_privilege(r.role, c.oid, 'USAGE') or has_sequence_privilege(r.role, c.oid, 'SELECT'))`;
  assert.deepEqual([...usable], []);
});

Deno.test("the functions' role may read everything and clear every table, past row level security", async () => {
  await using database = await createTestDatabase();
  await database.sql`
    insert into plane.sync_mappings (plane_type, plane_id, odoo_model, odoo_id) values ('issue', '1', 'project.task', '2')`;
  for (const { name, kind } of await relations(database.sql)) {
    assert.equal(await codeAs(database, "service_role", `select * from ${name}`), null, name);
    if (kind === "table") {
      assert.equal(await codeAs(database, "service_role", `delete from ${name}`), null, name);
    }
  }
});

Deno.test("no function can be executed by anon, authenticated or just anybody; the functions' role may execute all but triggers", async () => {
  await using database = await createTestDatabase();
  const functions = await database.sql`
    select p.oid::regprocedure::text as name, p.prorettype = 'trigger'::regtype as is_trigger,
      has_function_privilege('anon', p.oid, 'execute') as anon,
      has_function_privilege('authenticated', p.oid, 'execute') as authenticated,
      exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
        where a.grantee = 0 and a.privilege_type = 'EXECUTE') as anybody,
      has_function_privilege('service_role', p.oid, 'execute') as service_role
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname in ('plane', 'ops') order by 1`;
  assert.ok(functions.length >= 10);
  const open = functions.filter(({ anon, authenticated, anybody }) => anon || authenticated || anybody);
  assert.deepEqual(open.map(({ name }) => name), []);
  const missing = functions.filter(({ is_trigger, service_role }) => !is_trigger && !service_role);
  assert.deepEqual(missing.map(({ name }) => name), []);
});

Deno.test("every function fixes its search_path, and those with their owner's rights are only what they must be", async () => {
  await using database = await createTestDatabase();
  const functions = await database.sql`
    select p.proname as name, p.prosecdef as definer,
      coalesce('search_path=""' = any (p.proconfig), false) as fixed
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname in ('plane', 'ops') order by 1`;
  assert.deepEqual(functions.filter(({ fixed }) => !fixed).map(({ name }) => name), []);
  assert.deepEqual(functions.filter(({ definer }) => definer).map(({ name }) => name), ["remember_partner"]);
});

Deno.test("what is made later in these schemas is not open by default either", async () => {
  await using database = await createTestDatabase();
  await database.sql`create table plane.made_later (id int)`;
  await database.sql`create table ops.made_later (id int)`;
  for (const role of ["anon", "authenticated"] as const) {
    for (const name of ["plane.made_later", "ops.made_later"]) {
      assert.equal(await codeAs(database, role, `select * from ${name}`), DENIED, `${role} ${name}`);
    }
  }
});
