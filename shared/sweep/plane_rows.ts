/** Compares rows of a Plane list with the bases of their pairs, and leaves a hint for each that differs or is not known. */
import { z } from "zod";
import type { JsonObject } from "../json.ts";
import { parseStamp } from "../stamp.ts";
import type { KnownPair } from "../store/sweep_pairs.ts";
import { differsInPlane } from "../sync/differs.ts";
import type { PlaneAccess } from "../sync/entity.ts";
import { knowing } from "../sync/known_names.ts";
import { kindFor, lensesIn, type SweptKind } from "./pair_kinds.ts";
import type { SweepCounts, SweepDependencies } from "./reader.ts";
import { noteUnannounced } from "./silence.ts";

export interface Row {
  readonly id: string;
  readonly [name: string]: unknown;
}

/** `left`: switched off, paused, or not to be made again. */
export type Verdict = "new" | "changed" | "same" | "left";

export interface Judged {
  row: Row;
  verdict: Verdict;
  pair: KnownPair | undefined;
}

const object = z.record(z.string(), z.json());

/**
 * The hint carries the row, so that nobody reads it again.
 *
 * @param plane whose directory answers when a row points at something that was not seen of it before
 */
export async function judgeRows(
  deps: SweepDependencies,
  plane: PlaneAccess,
  type: string,
  projectOf: (row: Row) => string,
  kinds: readonly SweptKind[],
  rows: readonly Row[],
  counts: SweepCounts,
): Promise<Judged[]> {
  counts.rows += rows.length;
  const known = await deps.pairs.byPlane(type, rows.map(({ id }) => id));
  const judged: Judged[] = [];
  const changes: { entityKey: string; at: string }[] = [];
  for (const row of rows) {
    const pair = known.get(row.id);
    const { verdict, fields } = await judge(deps, plane, type, kinds, pair, row);
    judged.push({ row, verdict, pair });
    if (verdict !== "new" && verdict !== "changed") continue;
    await hintRow(deps, type, projectOf(row), row);
    counts.hints += 1;
    const at = parseStamp(row.updated_at);
    // Leaving the archive in the web app is never announced.
    const silentByNature = fields.length > 0 && fields.every((field) => field === "archived");
    if (at !== null && !silentByNature) changes.push({ entityKey: `${type}:${row.id}`, at });
  }
  counts.unannounced += await noteUnannounced(deps, "plane", type, changes);
  return judged;
}

async function judge(
  deps: SweepDependencies,
  plane: PlaneAccess,
  type: string,
  kinds: readonly SweptKind[],
  pair: KnownPair | undefined,
  row: Row,
): Promise<{ verdict: Verdict; fields: string[] }> {
  const mapping = pair?.mapping ?? null;
  if (pair?.tombstone === "deleted_in_odoo") return { verdict: "left", fields: [] };
  if (mapping === null) {
    const isWanted = kinds.some(({ any, ways }) => any.planeType === type && ways.toOdoo);
    return { verdict: isWanted ? "new" : "left", fields: [] };
  }
  const swept = kindFor(kinds, mapping);
  if (swept === undefined || !swept.ways.toOdoo || mapping.status === "paused") {
    return { verdict: "left", fields: [] };
  }
  const snapshot = pair?.snapshot ?? null;
  if (snapshot === null || mapping.odoo_id === null) return { verdict: "changed", fields: [] };
  return await swept.any.use(async (kind) => {
    const { lenses, capabilities } = await lensesIn(kind, swept, deps.sync);
    const known = { ...plane, directory: knowing(snapshot.plane_seen, plane.directory) };
    const form = await kind.complete(known, row);
    const { references, isCurrent } = await kind.recall(form, deps.sync);
    const moved = kind.projectOf(form) !== mapping.plane_project_id;
    const fields = differsInPlane(lenses, { snapshot, capabilities, references }, form);
    const differs = moved || !isCurrent || fields.length > 0;
    return { verdict: differs ? "changed" : "same", fields } as const;
  });
}

/** @param row as a list or a reading showed it */
export async function hintRow(
  { sync }: SweepDependencies,
  type: string,
  projectId: string,
  row: Row,
): Promise<void> {
  const observed: JsonObject = object.parse(JSON.parse(JSON.stringify(row)));
  await sync.store.hint({
    key: { side: "plane", type, id: row.id },
    projectId,
    priority: 3,
    payload: { project_id: projectId, observed },
  });
}
