/** The queue's SQL functions, typed. Each is one round trip for any number of entities. */
import { parseStamp } from "../stamp.ts";
import type { Envelope, Operation } from "../delivery.ts";
import type { Sql } from "./database.ts";
import { type HintPayload, readHintPayload } from "./hint_payload.ts";
import { momentOf, type StoreClock } from "./store_clock.ts";

/** An entity this worker holds until its lease ends. */
export interface Claimed {
  id: string;
  entityKey: string;
  sourceSystem: "plane" | "odoo";
  sourceId: string;
  sourceType: string;
  operation: Operation;
  /** Tries that count towards giving up, this one included. */
  attempts: number;
  /** Tries in a row, before this one, that met an outage of the other side or had to wait. */
  outages: number;
  maxAttempts: number;
  /** Leases in a row that ended without a word. */
  crashes: number;
  fence: string;
  planeProjectId: string | null;
  /** Plane's record must be read before anything is written. */
  readFirst: boolean;
  /** Which side's hints are at work; those of a settled generation may be among them. */
  planeHinted: boolean;
  odooHinted: boolean;
  /** What a sweep, a run or somebody by hand brought along; what nobody knows is left out. */
  payload: HintPayload;
  /** The run whose hint is at work. */
  runId: string | null;
  /** The newest delivery among the hints, by its number in the ledger. */
  lastDeliveryId: string | null;
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
  outages: number;
  max_attempts: number;
  crashes: number;
  fence: string;
  plane_project_id: string | null;
  read_first: boolean;
  plane_hinted: boolean;
  odoo_hinted: boolean;
  payload: unknown;
  run_id: string | null;
  last_delivery_id: string | null;
  observed_at: string | null;
  observation_hash: string | null;
  created_at: string;
  envelope: Envelope | null;
  body: string | null;
}

/** Leases up to `limit` due entities for `leaseMs`; in no particular order among themselves. */
export async function claimEntities(
  sql: Sql,
  workerId: string,
  limit: number,
  leaseMs: number,
  clock: StoreClock = {},
): Promise<Claimed[]> {
  const rows = await sql<ClaimedRow[]>`
    select * from plane.claim_entities(
      ${workerId}, ${limit}, ${`${leaseMs} milliseconds`}, coalesce(${
    momentOf(clock)
  }::timestamptz, clock_timestamp())
    )`;
  return rows.map((row) => ({
    id: row.id,
    entityKey: row.entity_key,
    sourceSystem: row.source_system,
    sourceId: row.source_id,
    sourceType: row.source_type,
    operation: row.operation,
    attempts: row.attempts,
    outages: row.outages,
    maxAttempts: row.max_attempts,
    crashes: row.crashes,
    fence: row.fence,
    planeProjectId: row.plane_project_id,
    readFirst: row.read_first,
    planeHinted: row.plane_hinted,
    odooHinted: row.odoo_hinted,
    payload: readHintPayload(row.payload),
    runId: row.run_id,
    lastDeliveryId: row.last_delivery_id,
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
  | { kind: "retry" | "outage" | "wait"; delayMs: number; reason: string }
  | { kind: "park" | "dead"; reason: string };

export interface Settlement {
  claimed: Claimed;
  outcome: Outcome;
  /** What is written in the same transaction as the release; see plane.record_effects. */
  effect?: object;
}

/** A deadlock (40P01) or serialization failure (40001) undid the whole statement: sending it again is safe. */
const UNDONE = /^(40P01|40001)$/;
const SETTLE_ATTEMPTS = 3;

/**
 * Gives entities back. Returns the ids that were still ours: whoever lost its lease has changed nothing here. Delays count
 * from the database's clock, because the next claim is made by it; or from the given one, which then makes it.
 */
export async function settleEntities(
  sql: Sql,
  settlements: readonly Settlement[],
  clock: StoreClock = {},
): Promise<Set<string>> {
  for (let attempt = 1;; attempt++) {
    try {
      return await settleOnce(sql, settlements, momentOf(clock));
    } catch (thrown) {
      const code = thrown instanceof Error ? (thrown as { code?: unknown }).code : undefined;
      if (attempt === SETTLE_ATTEMPTS || typeof code !== "string" || !UNDONE.test(code)) throw thrown;
    }
  }
}

async function settleOnce(
  sql: Sql,
  settlements: readonly Settlement[],
  now: string | null,
): Promise<Set<string>> {
  const outcomes = settlements.map(({ outcome }) => outcome);
  const effects = settlements.flatMap(({ claimed, effect }) =>
    effect === undefined ? [] : { ...effect, fence: claimed.fence }
  );
  const rows = await sql<{ id: string; settled: boolean }[]>`
    select * from plane.settle_entities(
      ${settlements.map(({ claimed }) => claimed.id)}::uuid[],
      ${settlements.map(({ claimed }) => claimed.fence)}::bigint[],
      ${outcomes.map(({ kind }) => kind)}::text[],
      array(
        select coalesce(${now}::timestamptz, clock_timestamp()) + t.delay_ms * interval '1 millisecond'
        from unnest(${
    outcomes.map((outcome) => "delayMs" in outcome ? Math.round(outcome.delayMs) : null)
  }::double precision[]) with ordinality as t (delay_ms, position)
        order by t.position
      ),
      ${outcomes.map((outcome) => "reason" in outcome ? outcome.reason : null)}::text[],
      ${JSON.stringify(effects)}::text::jsonb,
      coalesce(${now}::timestamptz, clock_timestamp())
    )`;
  return new Set(rows.filter((row) => row.settled).map((row) => row.id));
}
