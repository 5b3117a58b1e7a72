/** A database as a new Supabase project has it, and what a migration run has left in it. */
import postgres from "postgres";

/** Supabase's roles and its schema auth. */
const ROLES = new URL("../sql/supabase_stand_in.sql", import.meta.url);
/** The extensions vault and pg_net. */
const EXTENSIONS = new URL("../sql/platform_extensions_stand_in.sql", import.meta.url);

/** Creates an empty database with the stand-in for Supabase's roles; answers its connection string. */
export async function createFreshDatabase(serverUrl: string, name: string): Promise<string> {
  await withConnection(serverUrl, (sql) => sql`create database ${sql(name)}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  await apply(url.href, ROLES);
  return url.href;
}

/** Makes an existing database look like a project's, with the shape of the extensions our functions call. */
export async function prepareDatabase(url: string): Promise<void> {
  await apply(url, ROLES);
  await apply(url, EXTENSIONS);
}

async function apply(url: string, file: URL): Promise<void> {
  const text = await Deno.readTextFile(file);
  await withConnection(url, (sql) => sql.unsafe(text).simple());
}

/** The names of the jobs in pg_cron's table, which must exist. */
export async function readScheduledJobs(url: string): Promise<string[]> {
  const rows = await withConnection(
    url,
    (sql) => sql<{ jobname: string }[]>`select jobname from cron.job order by 1`,
  );
  return rows.map(({ jobname }) => jobname);
}

/** `version name` of every applied migration. */
export async function readHistory(url: string): Promise<string[]> {
  const rows = await withConnection(url, (sql) =>
    sql<{ line: string }[]>`
      select version || ' ' || name as line
      from supabase_migrations.schema_migrations order by version`);
  return rows.map(({ line }) => line);
}

/** Every table column, index, function, policy and grant of our schemas, one line each. */
export async function readShape(url: string): Promise<string[]> {
  const rows = await withConnection(url, (sql) =>
    sql<{ line: string }[]>`
      with ours as (select oid, nspname from pg_namespace where nspname in ('plane', 'ops'))
      select 'column ' || nspname || '.' || relname || '.' || attname || ' ' || format_type(atttypid, atttypmod)
        || case when attnotnull then ' not null' else '' end as line
      from pg_attribute join pg_class on pg_class.oid = attrelid join ours on ours.oid = relnamespace
      where attnum > 0 and not attisdropped
      union all
      select 'index ' || indexdef from pg_indexes join ours on ours.nspname = schemaname
      union all
      select 'function ' || pg_get_functiondef(pg_proc.oid) || coalesce(proacl::text, '')
      from pg_proc join ours on ours.oid = pronamespace where prokind = 'f'
      union all
      select 'policy ' || pg_policies::text from pg_policies join ours on ours.nspname = schemaname
      union all
      select 'grants ' || nspname || '.' || relname || ' ' || relrowsecurity::text || coalesce(relacl::text, '')
      from pg_class join ours on ours.oid = relnamespace
      order by line`);
  return rows.map(({ line }) => line);
}

async function withConnection<Value>(
  url: string,
  body: (sql: postgres.Sql) => PromiseLike<Value>,
): Promise<Value> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await body(sql);
  } finally {
    await sql.end();
  }
}
