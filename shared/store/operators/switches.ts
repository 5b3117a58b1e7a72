/** What shall not be synchronised for a while: one record, one kind of pair, or everything. */
import type { Sql } from "../database.ts";
import { momentOf, type StoreClock } from "../store_clock.ts";

export type PauseScope =
  | { scope: "all" }
  /** A row of plane.sync_config. */
  | { scope: "pair"; planeType: string; odooModel: string }
  /** A record that has a partner: its Plane type and id, or its Odoo model and id. */
  | { scope: "entity"; type: string; id: string };

export interface SwitchRow {
  /** `all`, `plane` or `odoo`. */
  name: string;
  state: "on" | "paused" | "open" | "half_open";
  reason: string | null;
  failures: number;
  /** When it goes on by itself, as PostgreSQL writes it; null: somebody must switch it on. */
  until: string | null;
}

export interface SwitchStore {
  /** Those that were ever switched; one without row is on. */
  list(): Promise<SwitchRow[]>;
  /**
   * Returns how many things were on before and are off now: 0 for a record without partner.
   *
   * @param options `reason` and `until` (ISO 8601) are kept for everything only
   */
  pause(scope: PauseScope, options?: { reason?: string; until?: string }): Promise<number>;
  /** What was parked is due at once. Returns how many things were off before and are on now. */
  resume(scope: PauseScope): Promise<number>;
}

/** @param clock whose clock says when; the database's own unless given */
export function createSwitchStore(sql: Sql, clock: StoreClock = {}): SwitchStore {
  const now = () => sql`coalesce(${momentOf(clock)}::timestamptz, clock_timestamp())`;
  return {
    list: async () => {
      const rows = await sql<
        SwitchRow[]
      >`select name, state, reason, failures, until from plane.sync_switch order by name`;
      return rows.map((row) => ({ ...row }));
    },
    pause: async (given, { reason, until } = {}) => {
      const { type, id, odooModel } = namedIn(given);
      const [row] = await sql<{ changed: number }[]>`
        select plane.pause(
          ${given.scope}, ${type}, ${id}, ${odooModel}, ${reason ?? null}, ${
        until ?? null
      }::timestamptz, ${now()}
        ) as changed`;
      return row?.changed ?? 0;
    },
    resume: async (given) => {
      const { type, id, odooModel } = namedIn(given);
      const [row] = await sql<{ changed: number }[]>`
        select plane.resume(${given.scope}, ${type}, ${id}, ${odooModel}, ${now()}) as changed`;
      return row?.changed ?? 0;
    },
  };
}

function namedIn(given: PauseScope): { type: string | null; id: string | null; odooModel: string | null } {
  if (given.scope === "pair") return { type: given.planeType, id: null, odooModel: given.odooModel };
  if (given.scope === "entity") return { type: given.type, id: given.id, odooModel: null };
  return { type: null, id: null, odooModel: null };
}
