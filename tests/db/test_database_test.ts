import assert from "node:assert/strict";
import postgres from "postgres";
import { createTestDatabase } from "../support/database.ts";

Deno.test("each test database is its own and has every migration", async () => {
  await using one = await createTestDatabase();
  await using other = await createTestDatabase();
  await one.sql`create table public.only_here (id int)`;
  const [found] = await other.sql`
    select to_regclass('public.only_here') as leaked,
      (select array_agg(version order by version) from supabase_migrations.schema_migrations) as versions`;
  const versions: string[] = [];
  for await (const file of Deno.readDir(new URL("../../supabase/migrations", import.meta.url))) {
    if (file.name.endsWith(".sql")) versions.push(file.name.split("_")[0] ?? "");
  }
  assert.deepEqual(found, { leaked: null, versions: versions.sort() });
});

Deno.test("many databases can be made at the same time", async () => {
  const databases = await Promise.all([1, 2, 3, 4, 5].map(() => createTestDatabase()));
  assert.equal(new Set(databases.map((database) => database.url)).size, 5);
  await Promise.all(databases.map((database) => database.drop()));
});

Deno.test("a dropped database is gone, also when a session is still open", async () => {
  const database = await createTestDatabase();
  const session = postgres(database.url, { max: 1, onnotice: () => {} });
  await session`select 1`;
  await database.drop();
  await assert.rejects(session`select 1`);
  await session.end({ timeout: 0 });
  await using another = await createTestDatabase();
  const name = new URL(database.url).pathname.slice(1);
  assert.equal((await another.sql`select from pg_database where datname = ${name}`).length, 0);
});
