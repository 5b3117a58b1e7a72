/**
 * Applies the migrations to a database as the Supabase CLI's `db push` does, with the same history table, so that
 * either can go on where the other stopped.
 */

import postgres from "postgres";
import { ROOT } from "./root.ts";

const FILE_NAME = /^(\d+)_(.+)\.sql$/;

export interface Migration {
  /** The digits the file name begins with; migrations are applied in their order. */
  readonly version: string;
  readonly name: string;
  readonly sql: string;
}

/** The folder a Supabase project keeps its migrations in. */
const MIGRATIONS_FOLDER = `${ROOT}supabase/migrations`;

/** Reads a folder's `<version>_<name>.sql` files. Throws an Error on a version that occurs twice or a bad name. */
export async function readMigrations(folder: string = MIGRATIONS_FOLDER): Promise<Migration[]> {
  const migrations: Migration[] = [];
  for await (const { name: file } of Deno.readDir(folder)) {
    if (!file.endsWith(".sql")) continue;
    const [, version, name] = FILE_NAME.exec(file) ?? [];
    if (version === undefined || name === undefined) {
      throw new Error(`${file} is not named <version>_<name>.sql.`);
    }
    if (migrations.some((other) => other.version === version)) {
      throw new Error(`Version ${version} occurs twice.`);
    }
    migrations.push({ version, name, sql: await Deno.readTextFile(`${folder}/${file}`) });
  }
  return migrations.sort((one, other) => one.version < other.version ? -1 : 1);
}

/**
 * Applies what the database at `url` does not have yet and returns the versions it applied. Each file is one
 * transaction together with its row in the history, so a failing file leaves nothing; the ones before it stay.
 * Two runs at the same time wait for each other. Throws an Error that names the file and its line.
 */
export async function applyMigrations(url: string, migrations?: readonly Migration[]): Promise<string[]> {
  const pending = migrations ?? await readMigrations();
  const sql = postgres(url, { max: 1, prepare: false, onnotice: () => {} });
  try {
    await createHistory(sql);
    const applied: string[] = [];
    for (const migration of pending) {
      if (await applyOne(sql, migration)) applied.push(migration.version);
    }
    return applied;
  } finally {
    await sql.end();
  }
}

type Sql = postgres.Sql;

async function createHistory(sql: Sql): Promise<void> {
  await sql.begin(async (transaction) => {
    await lock(transaction);
    await transaction`create schema if not exists supabase_migrations`;
    await transaction`
      create table if not exists supabase_migrations.schema_migrations (
        version text not null primary key,
        statements text[],
        name text
      )`;
  });
}

/** Whether there was anything to do. A lock for the transaction, not the session, is right behind any pooler. */
async function applyOne(sql: Sql, migration: Migration): Promise<boolean> {
  return await sql.begin(async (transaction) => {
    await lock(transaction);
    const known = await transaction`
      select from supabase_migrations.schema_migrations where version = ${migration.version}`;
    if (known.length > 0) return false;
    try {
      await transaction.unsafe(migration.sql).simple();
    } catch (error) {
      throw new Error(describe(migration, error), { cause: error });
    }
    // A migration may change settings for its own statements; the history row must not notice.
    await transaction`reset all`;
    await transaction`
      insert into supabase_migrations.schema_migrations (version, statements, name)
      values (${migration.version}, ${[migration.sql]}, ${migration.name})`;
    return true;
  });
}

function lock(transaction: postgres.TransactionSql): Promise<unknown> {
  return transaction`select pg_advisory_xact_lock(hashtext('supabase_migrations'))`;
}

/** PostgreSQL gives the position as a count of characters into the file. */
function describe(migration: Migration, error: unknown): string {
  const file = `${migration.version}_${migration.name}.sql`;
  if (!(error instanceof postgres.PostgresError)) return `${file}: ${String(error)}`;
  const position = Number(error.position);
  const line = position > 0 ? `:${migration.sql.slice(0, position).split("\n").length}` : "";
  return `${file}${line}: ${error.message} (${error.code})`;
}
