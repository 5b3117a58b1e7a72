/** The queue's SQL functions, typed. Each is one round trip for any number of entities. */
import { parseStamp } from "../stamp.ts";
import type { Envelope, Operation } from "../webhook/delivery.ts";
import type { Sql } from "./database.ts";

/** An entity this worker holds until its lease ends. */
export interface Claimed {
  id: string;
  entityKey: string;
  sourceSystem: "plane" | "odoo";
  sourceId: string;
  sourceType: string;
  operation: Operation;
  attempts: number;
  maxAttempts: number;
  /** Leases in a row that ended without a word. */
  crashes: number;
  fence: string;
  planeProjectId: string | null;
  readFirst: boolean;
  /** The newest delivery that carries the whole record; null when there is none. */
  observation: { at: string; hash: string; envelope: Envelope; body: string } | null;
  /** When the oldest hint that is not settled came. */
  createdAt: string;
}

interface ClaimedRow {
  id: string;
  entity_key: string;
  source_system: "plane" | "odoo";
  source_id: string;
  source_type: string;
  operation: Operation;
  attempts: number;
  max_attempts: number;
  crashes: number;
  fence: string;
  plane_project_id: string | null;
  read_first: boolean;
  observed_at: string | null;
  observation_hash: string | null;
  created_at: string;
  envelope: Envelope | null;
  body: string | null;
}

/** Leases up to `limit` due entities for `leaseMs`. */
export async function claimEntities(
  sql: Sql,
  workerId: string,
  limit: number,
  leaseMs: number,
): Promise<Claimed[]> {
  const rows = await sql<ClaimedRow[]>`
    select * from plane.claim_entities(${workerId}, ${limit}, ${`${leaseMs} milliseconds`})`;
  return rows.map((row) => ({
    id: row.id,
    entityKey: row.entity_key,
    sourceSystem: row.source_system,
    sourceId: row.source_id,
    sourceType: row.source_type,
    operation: row.operation,
    attempts: row.attempts,
    maxAttempts: row.max_attempts,
    crashes: row.crashes,
    fence: row.fence,
    planeProjectId: row.plane_project_id,
    readFirst: row.read_first,
    observation: observation(row),
    createdAt: row.created_at,
  }));
}

function observation(row: ClaimedRow): Claimed["observation"] {
  const at = parseStamp(row.observed_at);
  if (at === null || row.body === null || row.envelope === null || row.observation_hash === null) return null;
  return { at, hash: row.observation_hash, envelope: row.envelope, body: row.body };
}

/** How an entity ended; see plane.settle_entities for what each means. */
export type Outcome =
  | { kind: "done" }
  | { kind: "retry" | "wait"; delayMs: number; reason: string }
  | { kind: "park" | "dead"; reason: string };

export interface Settlement {
  claimed: Claimed;
  outcome: Outcome;
  /** What is written in the same transaction as the release; see plane.record_effects. */
  effect?: object;
}

/**
 * Gives entities back. Returns the ids that were still ours: whoever lost its lease has changed nothing here.
 *
 * @param nowMs the time the delays count from
 */
export async function settleEntities(
  sql: Sql,
  settlements: readonly Settlement[],
  nowMs: number,
): Promise<Set<string>> {
  const outcomes = settlements.map(({ outcome }) => outcome);
  const effects = settlements.flatMap(({ effect }) => effect ?? []);
  const rows = await sql<{ id: string; settled: boolean }[]>`
    select * from plane.settle_entities(
      ${settlements.map(({ claimed }) => claimed.id)}::uuid[],
      ${settlements.map(({ claimed }) => claimed.fence)}::bigint[],
      ${outcomes.map(({ kind }) => kind)}::text[],
      ${
    outcomes.map((outcome) => "delayMs" in outcome ? new Date(nowMs + outcome.delayMs).toISOString() : null)
  }::timestamptz[],
      ${outcomes.map((outcome) => "reason" in outcome ? outcome.reason : null)}::text[],
      ${JSON.stringify(effects)}::text::jsonb
    )`;
  return new Set(rows.filter((row) => row.settled).map((row) => row.id));
}
