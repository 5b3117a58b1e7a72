/**
 * Databases for tests: a fresh one with Supabase's stand-in and all migrations, cloned from a template in a few
 * dozen milliseconds. The server is the test run's (TEST_POSTGRES_URL), or one of this test file's own.
 */

import postgres from "postgres";
import { applyMigrations, readMigrations } from "../../dev/migrate.ts";
import { startPostgres } from "../../dev/postgres.ts";

type Sql = postgres.Sql;

export interface TestDatabase extends AsyncDisposable {
  /** The superuser's connection string. */
  readonly url: string;
  /** A client with few connections; closed by `drop`. */
  readonly sql: Sql;
  /** Closes `sql`, ends every other session and removes the database. */
  drop(): Promise<void>;
}

const MARKER = "tests/support/database";
const standIn = await Deno.readTextFile(new URL("../../dev/sql/supabase_stand_in.sql", import.meta.url));
const migrations = await readMigrations();
const template = `template_${await fingerprint([
  standIn,
  ...migrations.map((each) => each.version + each.sql),
])}`;

// Both happen while the module loads: a process started inside a test would count as that test's leak.
const serverUrl = Deno.env.get("TEST_POSTGRES_URL") ?? await startOwnServer();
await makeTemplate();

/** A new database of one test. `await using database = await createTestDatabase()` drops it at the test's end. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `test_${crypto.randomUUID().replaceAll("-", "")}`;
  await administer((admin) => admin.unsafe(`create database ${name} template ${template}`));
  const url = databaseUrl(name);
  const sql = postgres(url, { max: 2, onnotice: () => {} });
  const drop = async () => {
    await sql.end({ timeout: 1 });
    await administer((admin) => admin.unsafe(`drop database if exists ${name} with (force)`));
  };
  return { url, sql, drop, [Symbol.asyncDispose]: drop };
}

async function startOwnServer(): Promise<string> {
  const server = await startPostgres();
  Deno.test.afterAll(() => server.stop());
  return server.url;
}

/** Test files run at the same time make it once: a lock, and the mark of a template only when it is complete. */
async function makeTemplate(): Promise<void> {
  await administer(async (admin) => {
    await admin`select pg_advisory_lock(hashtext(${MARKER}))`;
    const [found] =
      await admin`select datistemplate as complete from pg_database where datname = ${template}`;
    if (found?.complete === true) return;
    await admin.unsafe(`drop database if exists ${template}`);
    await admin.unsafe(`create database ${template}`);
    const sql = postgres(databaseUrl(template), { max: 1, onnotice: () => {} });
    try {
      await sql.unsafe(standIn).simple();
    } finally {
      await sql.end();
    }
    await applyMigrations(databaseUrl(template), migrations);
    await admin.unsafe(`alter database ${template} with is_template true allow_connections false`);
  });
}

/** One connection to the server's own database, closed (and so every lock given back) at the end. */
async function administer(work: (admin: Sql) => Promise<unknown>): Promise<void> {
  const admin = postgres(serverUrl, { max: 1, onnotice: () => {} });
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}

function databaseUrl(name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

async function fingerprint(texts: string[]): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(texts.join("\0")));
  return Array.from(new Uint8Array(digest).slice(0, 6), (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
}
