/** Letting calls through plane-proxy in, and writing down what became of them. */
import { z } from "zod";
import type { Sql } from "../database.ts";
import { storedScope } from "./proxy_clients.ts";

const named = z.object({ id: z.string(), name: z.string() });
const admitted = z.object({
  verdict: z.literal("admitted"),
  client: named.extend({ scopes: z.array(storedScope), workspaces: z.array(z.string()) }),
});
const verdict = z.discriminatedUnion("verdict", [
  admitted,
  z.object({ verdict: z.literal("unknown") }),
  z.object({ verdict: z.enum(["revoked", "expired", "replayed"]), client: named }),
  z.object({ verdict: z.literal("limited"), retry_after_ms: z.number(), client: named }),
]);
export type Verdict = z.infer<typeof verdict>;
export type AdmittedClient = z.infer<typeof admitted>["client"];

/** By the SHA-256 of a key, or by a client whose signature has been verified, with the nonce it used. */
export type AdmittedBy = { keyHash: string } | { clientId: string; nonce: string };

/** One round trip: who this is, whether the nonce is new, and the client's own share. */
export async function admitCall(sql: Sql, by: AdmittedBy): Promise<Verdict> {
  const [row] = "keyHash" in by
    ? await sql`select plane.admit_proxy_call(p_key_hash => ${by.keyHash}) as verdict`
    : await sql`select plane.admit_proxy_call(p_client_id => ${by.clientId}, p_nonce => ${by.nonce}) as verdict`;
  return verdict.parse(row?.verdict);
}

/** The versions of a client's signing secret that are good now; undefined when there is no such client. */
export async function readSecretVersions(sql: Sql, clientId: string): Promise<number[] | undefined> {
  const [row] = await sql<{ secret_version: number; previous: boolean }[]>`
    select secret_version, coalesce(previous_until > now(), false) and secret_version > 1 as previous
    from plane.proxy_client where id = ${clientId} and kind = 'signed'`;
  if (row === undefined) return undefined;
  return row.previous ? [row.secret_version, row.secret_version - 1] : [row.secret_version];
}

export interface AuditedCall {
  /** ISO 8601. */
  at: string;
  level: "info" | "warn" | "error";
  client: string;
  client_id: string;
  method: string;
  /** Without the query. */
  path: string;
  status: number;
  /** Who answered: Plane, the cache, another call that was under way, or the proxy itself. */
  source: "plane" | "cache" | "shared" | "proxy";
  code: string | null;
  duration_ms: number;
}

export async function recordCalls(sql: Sql, calls: readonly AuditedCall[]): Promise<void> {
  await sql`select plane.record_proxy_calls(${JSON.stringify(calls)}::text::jsonb)`;
}

/** Looked at: more deliveries than this in so short a time count as "something changed". */
const NEWEST_DELIVERIES = 500;

/**
 * Whether a webhook has told of a change since then. The ledger's newest rows are read by their key, because its index by
 * time is a coarse one.
 *
 * @param sinceMs ms since the epoch
 */
export async function hasChangedSince(sql: Sql, sinceMs: number): Promise<boolean> {
  const [row] = await sql<{ changed: boolean }[]>`
    select count(*) filter (where source = 'plane') > 0 or count(*) = ${NEWEST_DELIVERIES} as changed
    from (select source, received_at from plane.webhook_delivery order by id desc limit ${NEWEST_DELIVERIES}) newest
    where received_at > ${new Date(sinceMs).toISOString()}::timestamptz`;
  return row?.changed ?? true;
}
