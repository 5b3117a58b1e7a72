import assert from "node:assert/strict";
import { applyMigrations, type Migration, readMigrations } from "../../dev/migrate.ts";
import { createTestDatabase } from "../support/database.ts";

const migration = (version: string, sql: string): Migration => ({ version, name: `step_${version}`, sql });
const first = migration(
  "90000000000001",
  "create table public.first (id int); insert into public.first values (1);",
);
const second = migration("90000000000002", "create table public.second as select * from public.first;");

Deno.test("migrations are applied in order and recorded as the Supabase CLI records them", async () => {
  await using database = await createTestDatabase();
  assert.deepEqual(await applyMigrations(database.url, [first, second]), [first.version, second.version]);
  const history = await database.sql`
    select version, name, statements from supabase_migrations.schema_migrations where version like '9%' order by 1`;
  assert.deepEqual(
    [...history],
    [first, second].map(({ version, name, sql }) => ({ version, name, statements: [sql] })),
  );
});

Deno.test("a second run applies only what is new", async () => {
  await using database = await createTestDatabase();
  await applyMigrations(database.url, [first]);
  assert.deepEqual(await applyMigrations(database.url, [first, second]), [second.version]);
  assert.deepEqual(await applyMigrations(database.url, [first, second]), []);
  assert.equal((await database.sql`select from public.first`).length, 1);
});

Deno.test("a failing migration leaves nothing, keeps the ones before it, and says where it failed", async () => {
  await using database = await createTestDatabase();
  const failing = migration(
    "90000000000003",
    "create table public.third (id int);\n\nselect * from public.missing;",
  );
  const after = migration("90000000000004", "create table public.fourth (id int);");
  await assert.rejects(applyMigrations(database.url, [first, failing, after]), {
    message: '90000000000003_step_90000000000003.sql:3: relation "public.missing" does not exist (42P01)',
  });
  const [found] = await database.sql`
    select to_regclass('public.first') is not null as first, to_regclass('public.third') is not null as third,
      to_regclass('public.fourth') is not null as fourth,
      (select array_agg(version) from supabase_migrations.schema_migrations where version like '9%') as versions`;
  assert.deepEqual(found, { first: true, third: false, fourth: false, versions: [first.version] });
});

Deno.test("a setting one migration makes does not reach the next", async () => {
  await using database = await createTestDatabase();
  const sets = migration(
    "90000000000001",
    "create schema elsewhere; set search_path = elsewhere; create table one ();",
  );
  await applyMigrations(database.url, [sets, migration("90000000000002", "create table two ();")]);
  const [found] = await database.sql`
    select to_regclass('elsewhere.one') is not null as one, to_regclass('public.two') is not null as two`;
  assert.deepEqual(found, { one: true, two: true });
});

Deno.test("runs at the same time apply each migration once", async () => {
  await using database = await createTestDatabase();
  const runs = await Promise.all([1, 2, 3, 4].map(() => applyMigrations(database.url, [first, second])));
  assert.deepEqual(runs.flat().sort(), [first.version, second.version]);
});

Deno.test("a folder is read in the order of the versions", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const name of ["20260102000000_b.sql", "20260101000000_a_first.sql", "notes.md"]) {
      await Deno.writeTextFile(`${folder}/${name}`, `-- ${name}`);
    }
    assert.deepEqual(await readMigrations(folder), [
      { version: "20260101000000", name: "a_first", sql: "-- 20260101000000_a_first.sql" },
      { version: "20260102000000", name: "b", sql: "-- 20260102000000_b.sql" },
    ]);
    await Deno.writeTextFile(`${folder}/20260101000000_again.sql`, "");
    await assert.rejects(readMigrations(folder), /20260101000000 occurs twice/);
    await Deno.remove(`${folder}/20260101000000_again.sql`);
    await Deno.writeTextFile(`${folder}/first.sql`, "");
    await assert.rejects(readMigrations(folder), /first\.sql is not named/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
