/** What sweeps leave in plane.sync_cursor besides their places: changes nobody announced, and brakes. */
import type { Json, JsonObject } from "../../json.ts";
import type { Sql } from "../database.ts";

export interface CursorRow {
  name: string;
  value: JsonObject;
}

export interface SeenChange {
  /** As in the ledger: `issue:<uuid>`, or `project.task:7` for a record without partner. */
  entityKey: string;
  /** When it changed, ISO 8601, by the clock of its server. */
  stamp: string;
  /** The same by our clock. */
  at: string;
}

export interface SweepMarks {
  /** Every cursor and mark, by name. */
  all(): Promise<CursorRow[]>;
  /** Those of these changes that no delivery has told of: none that carries the record's later state, or came later. */
  unannounced(source: "plane" | "odoo", changes: readonly SeenChange[]): Promise<SeenChange[]>;
  /**
   * Notes such changes of a type: how many, and since when, which begins anew once a delivery about that type has come. Of Odoo
   * only when such a delivery has ever come: polling alone is a way to live.
   */
  noteSilence(source: "plane" | "odoo", type: string, earliest: string, count: number): Promise<void>;
  put(name: string, value: Json): Promise<void>;
  remove(name: string): Promise<void>;
}

/** Plane saves a record more than once, so that a webhook's stamp may be this much older than the list's. */
const SAME_CHANGE = "50 milliseconds";
/** Stamps of Odoo's are whole seconds, and nobody knows its clock better than that. */
const CLOCKS = "2 seconds";

export function createSweepMarks(sql: Sql): SweepMarks {
  return {
    all: async () => {
      const rows = await sql<CursorRow[]>`select name, value from plane.sync_cursor order by name`;
      return rows.map((row) => ({ ...row }));
    },
    unannounced: async (source, changes) => {
      if (changes.length === 0) return [];
      const rows = await sql<{ position: number }[]>`
        select w.position::integer as position
        from unnest(
          ${changes.map(({ entityKey }) => entityKey)}::text[], ${
        changes.map(({ stamp }) => stamp)
      }::timestamptz[],
          ${changes.map(({ at }) => at)}::timestamptz[]
        ) with ordinality as w (entity_key, stamp, at, position)
        where not exists (
          select from plane.webhook_delivery d
          where d.source = ${source} and d.entity_key = w.entity_key and (
            d.observed_at >= w.stamp - ${SAME_CHANGE}::text::interval
            or (d.observed_at is null and d.received_at >= w.at - ${CLOCKS}::text::interval)
          )
        )`;
      return rows.flatMap(({ position }) => changes[position - 1] ?? []);
    },
    noteSilence: async (source, type, earliest, count) => {
      await sql`
        insert into plane.sync_cursor as c (name, value)
        select ${`silence:${source}:${type}`}, jsonb_build_object('since', ${earliest}::text, 'changes', ${count}::integer)
        where ${source} = 'plane' or exists (
          select from plane.webhook_delivery d where d.source = ${source} and d.entity_type = ${type}
        )
        on conflict (name) do update set
          value = case when exists (
              select from plane.webhook_delivery d
              where d.source = ${source} and d.entity_type = ${type} and d.received_at > (c.value ->> 'since')::timestamptz
            ) then excluded.value
            else c.value || jsonb_build_object('changes', (c.value ->> 'changes')::integer + ${count}::integer) end,
          updated_at = clock_timestamp()`;
    },
    put: async (name, value) => {
      await sql`
        insert into plane.sync_cursor as c (name, value) values (${name}, ${
        JSON.stringify(value)
      }::text::jsonb)
        on conflict (name) do update set value = excluded.value, updated_at = clock_timestamp()`;
    },
    remove: async (name) => {
      await sql`delete from plane.sync_cursor where name = ${name}`;
    },
  };
}
