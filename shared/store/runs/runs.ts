/** Long work that goes on over many requests: plane.sync_run. One worker at a time holds a run. */
import type { ErrorCode } from "../../errors.ts";
import type { Json, JsonObject } from "../../json.ts";
import type { Sql } from "../database.ts";
import { momentOf, type StoreClock } from "../store_clock.ts";

export type RunKind = "backfill" | "undo";
export type RunStatus = "queued" | "running" | "done" | "failed" | "cancelled";

export interface RunRow {
  id: string;
  kind: RunKind;
  scope: JsonObject;
  dry_run: boolean;
  status: RunStatus;
  /** Where it goes on; the worker checks what it reads. */
  progress: JsonObject;
  report: Json;
  error: string | null;
  requested_by: string | null;
  /** As PostgreSQL writes them. */
  created_at: string;
  started_at: string | null;
  updated_at: string;
  finished_at: string | null;
}

/** A run this worker holds until its lease ends. */
export interface HeldRun extends RunRow {
  fence: string;
}

export interface RunRequest {
  kind: RunKind;
  scope: JsonObject;
  dryRun?: boolean;
  requestedBy?: string | null;
}

/** How far a run has come. `queued` gives it back, to be gone on with by whoever comes next. */
export interface RunStep {
  status: "running" | "queued" | "done" | "failed";
  /** Left out: as before. */
  progress?: JsonObject;
  report?: Json;
  error?: ErrorCode;
}

export interface RunStore {
  /** Returns the new run's id. */
  create(request: RunRequest): Promise<string>;
  /**
   * Takes the oldest run nobody works on, for `leaseMs`; null when there is none or everything is paused.
   *
   * @param kinds which kinds of runs the worker knows; left out: all
   */
  claim(workerId: string, leaseMs: number, kinds?: readonly RunKind[]): Promise<HeldRun | null>;
  /** False: another worker holds the run by now, or somebody cancelled it; nothing was changed. */
  advance(id: string, fence: string, step: RunStep, leaseMs: number): Promise<boolean>;
  /** False: it was finished already, or there is no such run. */
  cancel(id: string): Promise<boolean>;
  read(id: string): Promise<RunRow | null>;
  /** The latest first. */
  list(limit: number): Promise<RunRow[]>;
}

/** @param clock whose clock ends a lease; the database's own unless given */
export function createRunStore(sql: Sql, clock: StoreClock = {}): RunStore {
  const now = () => sql`coalesce(${momentOf(clock)}::timestamptz, clock_timestamp())`;
  const columns =
    sql`r.id, r.kind, r.scope, r.dry_run, r.status, r.progress, r.report, r.error, r.requested_by, r.created_at,
    r.started_at, r.updated_at, r.finished_at`;
  return {
    create: async ({ kind, scope, dryRun = false, requestedBy = null }) => {
      const [row] = await sql<{ id: string }[]>`
        select plane.create_run(
          ${kind}, ${JSON.stringify(scope)}::text::jsonb, ${dryRun}, ${requestedBy}, ${now()}
        ) as id`;
      if (row === undefined) throw new Error("A run was asked for and has no id.");
      return row.id;
    },
    claim: async (workerId, leaseMs, kinds) => {
      const [row] = await sql<HeldRun[]>`
        select ${columns}, r.fence from plane.claim_run(
          ${workerId}, ${`${leaseMs} milliseconds`}, ${now()}, ${
        kinds === undefined ? null : [...kinds]
      }::text[]
        ) r`;
      return row === undefined ? null : { ...row };
    },
    advance: async (id, fence, { status, progress, report, error }, leaseMs) => {
      const [row] = await sql<{ advanced: boolean }[]>`
        select plane.advance_run(
          ${id}, ${fence}, ${status}, ${jsonOrNull(progress)}::text::jsonb, ${
        jsonOrNull(report)
      }::text::jsonb,
          ${error ?? null}, ${`${leaseMs} milliseconds`}, ${now()}
        ) as advanced`;
      return row?.advanced === true;
    },
    cancel: async (id) => {
      const [row] = await sql<
        { cancelled: boolean }[]
      >`select plane.cancel_run(${id}, ${now()}) as cancelled`;
      return row?.cancelled === true;
    },
    read: async (id) => {
      const [row] = await sql<RunRow[]>`select ${columns} from plane.sync_run r where r.id = ${id}`;
      return row === undefined ? null : { ...row };
    },
    list: async (limit) => {
      const rows = await sql<RunRow[]>`
        select ${columns} from plane.sync_run r order by r.created_at desc, r.id limit ${limit}`;
      return rows.map((row) => ({ ...row }));
    },
  };
}

function jsonOrNull(value: Json | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
