/** What a dry run imagines, kept in plane.sync_rehearsal from one request to the next. */
import type { Json } from "../../json.ts";
import type { Sql } from "../database.ts";
import { momentOf, type StoreClock } from "../store_clock.ts";
import type { RunStep } from "./runs.ts";

/** A thing that is new, has changed, or is gone. */
export interface RehearsalChange {
  /** `record`: a line of the report's list. Anything else is forgotten when the run ends. */
  part: string;
  key: string;
  /** Its order within the part. */
  place: number;
  /** JSON; null: it is gone. */
  value: string | null;
}

export interface RehearsalShelves {
  /** Everything of a part, in its order. As it was put away: nobody else writes there. */
  all<Value>(runId: string, part: string): Promise<{ key: string; place: number; value: Value }[]>;
  keys(runId: string, part: string): Promise<string[]>;
  /** Those among these that there are. */
  some<Value>(runId: string, part: string, keys: readonly string[]): Promise<{ key: string; value: Value }[]>;
  /**
   * Puts changes away and writes down how far the run has come, both or neither.
   *
   * @returns false: another worker holds the run by now, or somebody cancelled it; nothing was changed
   */
  keep(
    run: { id: string; fence: string },
    changes: readonly RehearsalChange[],
    step: Pick<RunStep, "status" | "progress">,
    leaseMs: number,
  ): Promise<boolean>;
  /** Lines of the report's list by their keys, after so many. */
  records(runId: string, offset: number, limit: number): Promise<Json[]>;
}

/** @param clock whose clock ends a lease; the database's own unless given */
export function createRehearsalShelves(sql: Sql, clock: StoreClock = {}): RehearsalShelves {
  return {
    all: async <Value>(runId: string, part: string) => [
      ...await sql<{ key: string; place: number; value: Value }[]>`
        select key, place, value from plane.sync_rehearsal where run_id = ${runId} and part = ${part} order by place`,
    ],
    keys: async (runId, part) => {
      const rows = await sql<{ key: string }[]>`
        select key from plane.sync_rehearsal where run_id = ${runId} and part = ${part}`;
      return rows.map(({ key }) => key);
    },
    some: async <Value>(runId: string, part: string, keys: readonly string[]) => [
      ...await sql<{ key: string; value: Value }[]>`
        select key, value from plane.sync_rehearsal
        where run_id = ${runId} and part = ${part} and key = any (${[...keys]}::text[])`,
    ],
    keep: async ({ id, fence }, changes, { status, progress }, leaseMs) => {
      const there = changes.filter(({ value }) => value !== null);
      const gone = changes.filter(({ value }) => value === null);
      const [row] = await sql<{ kept: boolean }[]>`
        with advanced as materialized (
          select plane.advance_run(
            ${id}, ${fence}, ${status}, ${
        progress === undefined ? null : JSON.stringify(progress)
      }::text::jsonb, null, null,
            ${`${leaseMs} milliseconds`}, coalesce(${momentOf(clock)}::timestamptz, clock_timestamp())
          ) as kept
        ), put as (
          insert into plane.sync_rehearsal (run_id, part, key, place, value)
          select ${id}::uuid, t.part, t.key, t.place, t.value::json
          from advanced, unnest(
            ${there.map(({ part }) => part)}::text[], ${there.map(({ key }) => key)}::text[],
            ${there.map(({ place }) => place)}::integer[], ${there.map(({ value }) => value)}::text[]
          ) as t (part, key, place, value)
          where advanced.kept
          on conflict (run_id, part, key) do update set place = excluded.place, value = excluded.value
        ), taken as (
          delete from plane.sync_rehearsal r
          using advanced, unnest(
            ${gone.map(({ part }) => part)}::text[], ${gone.map(({ key }) => key)}::text[]
          ) as t (part, key)
          where advanced.kept and r.run_id = ${id} and r.part = t.part and r.key = t.key
        )
        select kept from advanced`;
      return row?.kept === true;
    },
    records: async (runId, offset, limit) => {
      const rows = await sql<{ value: Json }[]>`
        select value from plane.sync_rehearsal where run_id = ${runId} and part = 'record'
        order by key offset ${offset} limit ${limit}`;
      return rows.map(({ value }) => value);
    },
  };
}
