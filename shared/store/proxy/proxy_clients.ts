/** The clients of plane-proxy. Credentials come in as hashes; nothing that opens a door is ever read back. */
import { z } from "zod";
import { SuiteError } from "../../errors.ts";
import type { Sql } from "../database.ts";

/** Methods and patterns of addresses, as they were accepted when they were stored. */
export const storedScope = z.object({ methods: z.array(z.string()), paths: z.array(z.string()) });

/** A client as it is shown: without anything it proves itself with. */
export const storedClient = z.object({
  id: z.uuid(),
  name: z.string(),
  kind: z.enum(["key", "signed"]),
  key_hint: z.string().nullable(),
  scopes: z.array(storedScope),
  workspaces: z.array(z.string()),
  calls_per_minute: z.number().nullable(),
  expires_at: z.string().nullable(),
  revoked_at: z.string().nullable(),
  previous_until: z.string().nullable(),
  last_used_at: z.string().nullable(),
  created_by: z.string().nullable(),
  created_at: z.string(),
});
export type StoredClient = z.infer<typeof storedClient>;

export type NewClient = Pick<
  StoredClient,
  "name" | "kind" | "scopes" | "workspaces" | "calls_per_minute" | "expires_at"
>;

/** What is left out stays as it is. */
export type ClientChange = Pick<NewClient, "name"> & Partial<Omit<NewClient, "name" | "kind">>;

export interface KeyFacts {
  hash: string;
  hint: string;
}

export async function listClients(sql: Sql): Promise<StoredClient[]> {
  const rows = await sql`${shown(sql)} order by c.name`;
  return rows.map((row) => storedClient.parse(row));
}

/** @throws SuiteError bad_request when the name is taken */
export async function createClient(
  sql: Sql,
  wanted: NewClient,
  key: KeyFacts | null,
  by: string,
): Promise<StoredClient> {
  const { name, kind, scopes, workspaces, calls_per_minute, expires_at } = wanted;
  const made = await sql`
    insert into plane.proxy_client
      (name, kind, key_hash, key_hint, scopes, workspaces, calls_per_minute, expires_at, created_by)
    values (${name}, ${kind}, ${key?.hash ?? null}, ${key?.hint ?? null}, ${
    JSON.stringify(scopes)
  }::text::jsonb,
      ${workspaces}, ${calls_per_minute}, ${expires_at}, ${by})
    on conflict on constraint proxy_client_name_key do nothing
    returning id`;
  if (made.length === 0) throw new SuiteError("bad_request", { message: "A client of this name exists." });
  return await readClient(sql, name);
}

/** Changes what is given. @throws SuiteError not_found */
export async function updateClient(sql: Sql, wanted: ClientChange): Promise<StoredClient> {
  const { name, scopes, workspaces, calls_per_minute, expires_at } = wanted;
  await sql`
    update plane.proxy_client set
      scopes = coalesce(${scopes === undefined ? null : JSON.stringify(scopes)}::text::jsonb, scopes),
      workspaces = coalesce(${workspaces ?? null}::text[], workspaces),
      calls_per_minute = case when ${calls_per_minute === undefined} then calls_per_minute
        else ${calls_per_minute ?? null}::integer end,
      expires_at = case when ${expires_at === undefined} then expires_at
        else ${expires_at ?? null}::timestamptz end
    where name = ${name}`;
  return await readClient(sql, name);
}

/**
 * Gives the client a new credential: a key, or the next version of its signing secret. The one before works for the
 * overlap. Returns the version as well. @throws SuiteError not_found; bad_request for a revoked client
 */
export async function rotateClient(
  sql: Sql,
  name: string,
  key: KeyFacts,
  overlapSeconds: number,
): Promise<{ client: StoredClient; version: number }> {
  const [row] = await sql<{ secret_version: number }[]>`
    update plane.proxy_client set
      previous_key_hash = case when ${overlapSeconds} > 0 then key_hash end,
      previous_until = case when ${overlapSeconds} > 0 then now() + make_interval(secs => ${overlapSeconds}) end,
      key_hash = case kind when 'key' then ${key.hash} end,
      key_hint = case kind when 'key' then ${key.hint} end,
      secret_version = secret_version + 1
    where name = ${name} and revoked_at is null
    returning secret_version`;
  const client = await readClient(sql, name);
  if (row === undefined) throw new SuiteError("bad_request", { message: "This client has been revoked." });
  return { client, version: row.secret_version };
}

/** For ever; a second time changes nothing. @throws SuiteError not_found */
export async function revokeClient(sql: Sql, name: string): Promise<StoredClient> {
  await sql`update plane.proxy_client set revoked_at = now() where name = ${name} and revoked_at is null`;
  return await readClient(sql, name);
}

/** Who changed what about a client, for the audit. */
export async function recordManagement(sql: Sql, action: string, name: string, by: string): Promise<void> {
  await sql`
    select ops.log_event(p_level => 'info', p_message => ${`client ${action}`}, p_category => 'plane-proxy',
      p_event_type => ${`client_${action}`}, p_component => 'plane-proxy',
      p_metadata => ${JSON.stringify({ client: name, by })}::text::jsonb)`;
}

async function readClient(sql: Sql, name: string): Promise<StoredClient> {
  const [row] = await sql`${shown(sql)} where c.name = ${name}`;
  if (row === undefined) throw new SuiteError("not_found", { message: "There is no client of this name." });
  return storedClient.parse(row);
}

const shown = (sql: Sql) =>
  sql`
    select c.id, c.name, c.kind, c.key_hint, c.scopes, c.workspaces, c.calls_per_minute, c.expires_at, c.revoked_at,
      c.previous_until, u.last_used_at, c.created_by, c.created_at
    from plane.proxy_client c left join plane.proxy_use u on u.client_id = c.id`;
