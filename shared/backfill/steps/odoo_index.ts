/** Odoo's records of one place, without their contents: enough to tell which Plane record each belongs to. */
import { z } from "zod";
import { SuiteError } from "../../errors.ts";
import type { OdooClient, OdooDomain } from "../../odoo/client.ts";
import type { KnownPair } from "../../store/runs/backfill.ts";
import { planeRecordOf } from "../../sync/sides/external_id.ts";
import { byName } from "./match.ts";

/** Ids, names and flags of so many records are one small answer. */
const PAGE = 500;

const nameRecord = z.object({
  id: z.number(),
  name: z.union([z.string(), z.literal(false)]).catch(false),
  active: z.boolean().catch(true),
});
const externalIds = z.record(z.string(), z.string());

export interface OdooIndex {
  /** All of them, archived ones too. */
  count: number;
  /** Plane id -> Odoo id, of records that carry our external id. */
  byExternal: ReadonlyMap<string, number>;
  /** Records that are nobody's partner, by the key of their name. */
  byName: ReadonlyMap<string, readonly number[]>;
  /** Records that are nobody's partner and not archived, in the order of their ids, with their names. */
  free: ReadonlyMap<number, string>;
  calls: number;
}

/**
 * Reads all records a domain finds, in pages by id, which nothing can shift.
 *
 * @param pairs the pairs of this model: their records are not free
 */
export async function readOdooIndex(
  odoo: OdooClient,
  model: string,
  planeType: string,
  domain: OdooDomain,
  pairs: readonly KnownPair[],
): Promise<OdooIndex> {
  const paired = new Set(pairs.map(({ odooId }) => odooId));
  const byExternal = new Map<string, number>();
  const free: { id: number; name: string }[] = [];
  let [count, calls, last] = [0, 0, 0];
  const context = { active_test: false };
  while (true) {
    const rows = await odoo.searchRead(
      model,
      [["id", ">", last], ...domain],
      ["name", "active"],
      { order: "id asc", limit: PAGE },
      { context },
    );
    calls += 1;
    const records = rows.map((row) => nameRecord.parse(row));
    const ids = records.map(({ id }) => id);
    if (ids.length === 0) break;
    const external = externalIds.safeParse(await odoo.call(model, "get_external_id", { ids }, { context }));
    if (!external.success) {
      throw new SuiteError("odoo_bad_answer", { facts: { model, method: "get_external_id" } });
    }
    calls += 1;
    for (const { id, name, active } of records) {
      count += 1;
      const ours = planeRecordOf(external.data[String(id)] ?? "");
      if (ours !== null) {
        if (ours.type === planeType) byExternal.set(ours.id, id);
      } else if (active && !paired.has(id)) free.push({ id, name: name === false ? "" : name });
    }
    last = ids.at(-1) ?? last;
    if (ids.length < PAGE) break;
  }
  return {
    count,
    byExternal,
    byName: byName(free),
    free: new Map(free.map(({ id, name }) => [id, name])),
    calls,
  };
}

/** An index as it is put away. */
export interface KeptIndex {
  count: number;
  byExternal: [string, number][];
  free: [number, string][];
}

export function keepIndex({ count, byExternal, free }: OdooIndex): KeptIndex {
  return { count, byExternal: [...byExternal], free: [...free] };
}

/** The same index again, for which nobody has to be asked. */
export function recallIndex({ count, byExternal, free }: KeptIndex): OdooIndex {
  return {
    count,
    byExternal: new Map(byExternal),
    byName: byName(free.map(([id, name]) => ({ id, name }))),
    free: new Map(free),
    calls: 0,
  };
}
