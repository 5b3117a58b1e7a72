/** Fills a table by the million: its indexes are taken off, and built again afterwards exactly as they were. */
import type { Sql } from "../../shared/store/database.ts";

export async function withoutIndexes(sql: Sql, table: string, load: () => Promise<unknown>): Promise<void> {
  const constraints = await sql<{ name: string; definition: string }[]>`
    select conname as name, pg_get_constraintdef(oid) as definition from pg_constraint
    where conrelid = ${table}::regclass and contype in ('p', 'u')`;
  const indexes = await sql<{ name: string; definition: string }[]>`
    select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition from pg_index
    where indrelid = ${table}::regclass and not exists (select from pg_constraint where conindid = indexrelid)`;
  for (const { name } of constraints) await sql.unsafe(`alter table ${table} drop constraint ${name}`);
  for (const { name } of indexes) await sql.unsafe(`drop index ${name}`);
  await load();
  for (const { name, definition } of constraints) {
    await sql.unsafe(`alter table ${table} add constraint ${name} ${definition}`);
  }
  for (const { definition } of indexes) await sql.unsafe(definition);
}
