/** What the schedule has to do, and what operators see: no secret, sealed or not. */
import type { JsonObject } from "../../json.ts";
import type { Sql } from "../database.ts";

export interface OAuthOverview {
  /** `plane.v_oauth_tokens`. */
  readonly tokens: JsonObject[];
  /** Key -> rows sealed with it, consents under way included. */
  readonly sealedWith: Readonly<Record<string, number>>;
  readonly consentsUnderWay: number;
}

export async function readOverview(sql: Sql): Promise<OAuthOverview> {
  const [row] = await sql<
    { tokens: JsonObject[]; sealed_with: Record<string, number>; consents_under_way: number }[]
  >`
    select
      (select coalesce(jsonb_agg(to_jsonb(t) order by t.kind, t.authorized_at desc), '[]') from (
        select * from plane.v_oauth_tokens order by status desc, authorized_at desc limit 200
      ) t) as tokens,
      (select coalesce(jsonb_object_agg(k.key_id, k.rows), '{}') from (
        select key_id, count(*) as rows from (
          select t.key_id from plane.oauth_token t
          union all select s.key_id from plane.oauth_state s where s.expires_at > clock_timestamp()
        ) all_rows where key_id is not null group by key_id
      ) k) as sealed_with,
      (select count(*)::integer from plane.oauth_state s where s.expires_at > clock_timestamp()) as consents_under_way`;
  if (row === undefined) throw new Error("The overview query returned no row.");
  return { tokens: row.tokens, sealedWith: row.sealed_with, consentsUnderWay: row.consents_under_way };
}

/** Grants that may be refreshed now, the most urgent first. */
export async function dueTokens(sql: Sql, limit: number): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select t.id from plane.oauth_token t
    where t.status = 'active' and t.refresh_at <= clock_timestamp()
      and (t.lease_until is null or t.lease_until <= clock_timestamp())
      and (t.cooldown_until is null or t.cooldown_until <= clock_timestamp())
    order by t.refresh_at limit ${limit}`;
  return rows.map(({ id }) => id);
}

/** Grants with a token of which nobody knows yet whose it is. */
export async function unidentifiedTokens(sql: Sql, limit: number): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select t.id from plane.oauth_token t
    where t.status = 'active' and t.lookup_at <= clock_timestamp() and t.usable_until > clock_timestamp()
    order by t.lookup_at limit ${limit}`;
  return rows.map(({ id }) => id);
}

/** Grants that are sealed with another key than this one. */
export async function tokensNotSealedWith(sql: Sql, keyId: string, limit: number): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select t.id from plane.oauth_token t where t.key_id <> ${keyId} order by t.id limit ${limit}`;
  return rows.map(({ id }) => id);
}
