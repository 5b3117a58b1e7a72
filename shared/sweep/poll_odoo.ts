/**
 * Asks an Odoo model what was written since the last time, so that a stock Odoo works without anything installed: rows that
 * differ from the base of their pair, and rows nobody knows, get a hint. An echo costs nothing beyond its page.
 */
import { z } from "zod";
import type { OdooDomain, OdooRecord } from "../odoo/client.ts";
import type { KnownPair } from "../store/sweeping/sweep_pairs.ts";
import { HUMAN_MESSAGES } from "../sync/comments/comment_place.ts";
import { differsInOdoo } from "../sync/plan/differs.ts";
import { isLeftOut } from "./left_out.ts";
import type { OdooWindow } from "./odoo_window.ts";
import {
  markOf,
  nextWindow,
  odooStamp,
  PAGE_ROWS,
  startWindow,
  stillRecent,
  windowQuery,
} from "./odoo_window.ts";
import { kindFor, lensesIn, type SweptKind } from "./pair_kinds.ts";
import { hasTime, holding, nowOf, type SweepCounts, type SweepDependencies } from "./reader.ts";
import { noteUnannounced } from "./silence.ts";

/** Models of which only some rows are records of ours. */
const ONLY: Readonly<Record<string, OdooDomain>> = { "mail.message": HUMAN_MESSAGES };

const cursorShape = z.object({
  /** The greatest `write_date` seen, as Odoo writes it. */
  newest: z.string(),
  /** When the last poll that came to its end began, ISO 8601. */
  swept_at: z.string().nullable(),
  /** Where a poll that ran out of time goes on. */
  window: z.object({ from: z.string(), afterId: z.number().nullable() }).nullable(),
  recent: z.record(z.string(), z.string()),
}).partial();

/** @param kinds those of the model, whose changes may go to Plane */
export async function pollOdoo(
  deps: SweepDependencies,
  model: string,
  kinds: readonly SweptKind[],
  counts: SweepCounts,
): Promise<boolean> {
  return await holding(deps, `odoo:${model}`, cursorShape, async (cursor, save) => {
    const startedAt = nowOf(deps);
    const inOdoo = (ms: number) => odooStamp(new Date(ms + deps.sync.clockOffsets.odoo()).toISOString());
    if (cursor.newest === undefined) {
      // What was there before is a backfill's; the clock is Odoo's, which nobody knows before it has answered.
      await deps.sync.odoo().search(model, ONLY[model] ?? [], { limit: 1 });
      return {
        newest: inOdoo(deps.sync.wallClock()) ?? "",
        swept_at: startedAt,
        window: null,
        recent: {},
      };
    }
    const fields = await fieldsOf(deps, kinds);
    let newest = cursor.newest;
    let recent: Record<string, string> = { ...cursor.recent };
    const readAt = cursor.swept_at == null ? null : inOdoo(Date.parse(cursor.swept_at));
    let window: OdooWindow | null = cursor.window ?? startWindow(newest, readAt);
    const state = (done: boolean) => ({
      newest,
      swept_at: done ? startedAt : cursor.swept_at ?? null,
      window,
      recent,
    });
    while (window !== null) {
      if (!hasTime(deps)) return state(false);
      const { domain, order } = windowQuery(window);
      const rows = await deps.sync.odoo().searchRead(
        model,
        [...domain, ...ONLY[model] ?? []],
        fields,
        { order, limit: PAGE_ROWS },
        { context: { active_test: false } },
      );
      const marks = rows.map((row) => [String(row.id), markOf(row)] as const);
      const fresh = rows.filter((_row, index) => {
        const [id, mark] = marks[index] ?? ["", ""];
        return recent[id] !== mark;
      });
      await hintChanged(deps, model, kinds, fresh, counts);
      for (const [id, mark] of marks) recent[id] = mark;
      for (const row of rows) newest = later(newest, odooStamp(row.write_date));
      recent = stillRecent(recent, newest);
      window = nextWindow(window, rows);
      if (window !== null) await save(state(false));
    }
    return state(true);
  });
}

async function fieldsOf(deps: SweepDependencies, kinds: readonly SweptKind[]): Promise<string[]> {
  const fields = new Set<string>();
  for (const swept of kinds) {
    const { fields: read } = await swept.any.use((kind) => lensesIn(kind, swept, deps.sync));
    for (const field of read) fields.add(field);
  }
  return [...fields];
}

async function hintChanged(
  deps: SweepDependencies,
  model: string,
  kinds: readonly SweptKind[],
  rows: readonly OdooRecord[],
  counts: SweepCounts,
): Promise<void> {
  counts.rows += rows.length;
  const known = await deps.pairs.byOdoo(model, rows.map(({ id }) => id));
  const changes: { entityKey: string; at: string }[] = [];
  for (const row of rows) {
    const pair = known.get(String(row.id));
    if (!await isWorthALook(deps, kinds, pair, row)) continue;
    await deps.sync.store.hint({ key: { side: "odoo", model, id: String(row.id) }, priority: 3 });
    counts.hints += 1;
    const { plane_id: planeId, plane_type: planeType } = pair?.mapping ?? { plane_id: null, plane_type: "" };
    const entityKey = planeId === null ? `${model}:${row.id}` : `${planeType}:${planeId}`;
    const at = odooStamp(row.write_date);
    if (at !== null) changes.push({ entityKey, at: `${at.replace(" ", "T")}Z` });
  }
  counts.unannounced += await noteUnannounced(deps, "odoo", model, changes);
}

async function isWorthALook(
  deps: SweepDependencies,
  kinds: readonly SweptKind[],
  pair: KnownPair | undefined,
  row: OdooRecord,
): Promise<boolean> {
  const mapping = pair?.mapping ?? null;
  if (mapping === null) {
    const gone = pair?.tombstone === "deleted_in_plane" || pair?.tombstone === "deleted_in_odoo";
    const takesIt = ({ any, config, ways }: SweptKind) =>
      ways.toPlane && any.planeType !== "module" && !isLeftOut(config, row);
    return !gone && kinds.some(takesIt);
  }
  // Archived: the Plane record is gone for good, and what is left here concerns nobody.
  if (mapping.status === "paused" || mapping.status === "archived") return false;
  const swept = kindFor(kinds, mapping);
  if (swept === undefined || !swept.ways.toPlane) return false;
  const snapshot = pair?.snapshot ?? null;
  if (snapshot === null || mapping.plane_id === null) return true;
  return await swept.any.use(async (kind) => {
    const { lenses, capabilities } = await lensesIn(kind, swept, deps.sync);
    return differsInOdoo(lenses, { snapshot, capabilities }, row).length > 0;
  });
}

function later(left: string, right: string | null): string {
  return right !== null && right > left ? right : left;
}
