/** A migrated database on a PostgreSQL of the bench's own. */
import postgres from "postgres";
import { applyMigrations } from "../dev/migrate.ts";
import { type Postgres, startPostgres } from "../dev/postgres.ts";

export interface BenchDatabase {
  server: Postgres;
  url: string;
  version: string;
}

/** Starts a server whose commits wait for the disk, with PostgreSQL's own settings, and applies the migrations. */
export async function startDatabase(report: (line: string) => void): Promise<BenchDatabase> {
  const server = await startPostgres({ fsync: true, report });
  const sql = postgres(server.url, { max: 1, onnotice: () => {} });
  try {
    const standIn = new URL("../dev/sql/supabase_stand_in.sql", import.meta.url);
    await sql.unsafe(await Deno.readTextFile(standIn)).simple();
    await applyMigrations(server.url);
    const [row] = await sql<{ version: string }[]>`show server_version`.then((rows) =>
      rows.map((shown) => ({ version: String(Object.values(shown)[0]) }))
    );
    return { server, url: server.url, version: row?.version ?? "unknown" };
  } finally {
    await sql.end();
  }
}

/** Another database on the same server, with everything the first one has. Nobody may be connected to the first. */
export async function cloneDatabase(database: BenchDatabase, name: string): Promise<string> {
  const url = new URL(database.url);
  url.pathname = "/template1";
  const sql = postgres(url.href, { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe(`create database ${name} template postgres`);
  } finally {
    await sql.end();
  }
  url.pathname = `/${name}`;
  return url.href;
}
