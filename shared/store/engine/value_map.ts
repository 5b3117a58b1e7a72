/** plane.sync_value_map: which Odoo value stands for a user, state, label or module of Plane. */
import type { Sql } from "../database.ts";
import { momentOf, type StoreClock } from "../store_clock.ts";

/** A module's value is the tag its tasks carry. */
export type ValueKind = "user" | "state" | "label" | "module";

/** A value to remember; `odooId` null: it was looked for and has no counterpart. */
export interface ValueToRemember {
  planeValue: string;
  planeName: string;
  odooId: number | null;
}

export interface MappedValue {
  planeValue: string;
  planeName: string;
  /** Null: nobody could match it. */
  odooId: number | null;
  manual: boolean;
  /** True when it was looked up long enough ago that a miss is worth another look. */
  stale: boolean;
}

/** A value nobody could match is looked up again after this long. */
const RETRY_MISS = "1 hour";

export async function readValueMap(
  sql: Sql,
  wanted: Readonly<Partial<Record<ValueKind, readonly string[]>>>,
  clock: StoreClock = {},
): Promise<Record<ValueKind, Map<string, MappedValue>>> {
  const rows = await sql<
    {
      kind: ValueKind;
      plane_value: string;
      plane_name: string;
      odoo_id: string | null;
      manual: boolean;
      stale: boolean;
    }[]
  >`
    select kind, plane_value, plane_name, odoo_id, decided_by = 'manual' as manual,
      odoo_id is null
        and updated_at < coalesce(${
    momentOf(clock)
  }::timestamptz, now()) - ${RETRY_MISS}::text::interval as stale
    from plane.sync_value_map
    where (kind = 'user' and plane_value = any (${[...wanted.user ?? []]}::text[]))
      or (kind = 'state' and plane_value = any (${[...wanted.state ?? []]}::text[]))
      or (kind = 'label' and plane_value = any (${[...wanted.label ?? []]}::text[]))
      or (kind = 'module' and plane_value = any (${[...wanted.module ?? []]}::text[]))`;
  const found: Record<ValueKind, Map<string, MappedValue>> = {
    user: new Map(),
    state: new Map(),
    label: new Map(),
    module: new Map(),
  };
  for (const row of rows) {
    found[row.kind].set(row.plane_value, {
      planeValue: row.plane_value,
      planeName: row.plane_name,
      odooId: row.odoo_id === null ? null : Number(row.odoo_id),
      manual: row.manual,
      stale: row.stale,
    });
  }
  return found;
}

/** Remembers what was matched, or that nothing was. Decisions somebody made by hand stay. */
export async function rememberValues(
  sql: Sql,
  kind: ValueKind,
  odooModel: string,
  values: readonly ValueToRemember[],
  clock: StoreClock = {},
): Promise<void> {
  if (values.length === 0) return;
  await sql`
    insert into plane.sync_value_map as v (kind, plane_value, plane_name, odoo_model, odoo_id, updated_at)
    select ${kind}, t.plane_value, t.plane_name, ${odooModel}, t.odoo_id, coalesce(${
    momentOf(clock)
  }::timestamptz, now())
    from unnest(
      ${values.map((value) => value.planeValue)}::text[],
      ${values.map((value) => value.planeName)}::text[],
      ${values.map((value) => value.odooId === null ? null : String(value.odooId))}::text[]
    ) as t (plane_value, plane_name, odoo_id)
    order by t.plane_value
    on conflict (kind, plane_value) do update set
      plane_name = excluded.plane_name, odoo_id = excluded.odoo_id, odoo_model = excluded.odoo_model,
      updated_at = excluded.updated_at
    where v.decided_by = 'automatic'`;
}

/** Which of these Odoo ids stand for something of this kind. */
export async function readOdooValues(
  sql: Sql,
  kind: ValueKind,
  odooIds: readonly number[],
): Promise<Set<number>> {
  if (odooIds.length === 0) return new Set();
  const rows = await sql<{ odoo_id: string }[]>`
    select odoo_id from plane.sync_value_map
    where kind = ${kind} and odoo_id = any (${odooIds.map(String)}::text[])`;
  return new Set(rows.map(({ odoo_id }) => Number(odoo_id)));
}

/** Forgets automatic matches with these Odoo ids: they are gone in Odoo. */
export async function forgetValues(sql: Sql, kind: ValueKind, odooIds: readonly number[]): Promise<void> {
  if (odooIds.length === 0) return;
  await sql`
    delete from plane.sync_value_map
    where decided_by = 'automatic' and kind = ${kind} and odoo_id = any (${odooIds.map(String)}::text[])`;
}
