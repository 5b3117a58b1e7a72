/** Compares rows of a Plane list with the bases of their pairs, and leaves a hint for each that differs or is not known. */
import { z } from "zod";
import type { JsonObject } from "../json.ts";
import { parseStamp } from "../stamp.ts";
import type { KnownPair } from "../store/sweeping/sweep_pairs.ts";
import { differsInPlane } from "../sync/plan/differs.ts";
import type { PlaneAccess } from "../sync/sides/dependencies.ts";
import { knowing } from "../sync/sides/known_names.ts";
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
    const { verdict, tells } = await judge(deps, plane, type, kinds, pair, row);
    judged.push({ row, verdict, pair });
    if (verdict !== "new" && verdict !== "changed") continue;
    await hintRow(deps, type, projectOf(row), row);
    counts.hints += 1;
    const at = parseStamp(row.updated_at);
    if (at !== null && tells) changes.push({ entityKey: `${type}:${row.id}`, at });
  }
  counts.unannounced += await noteUnannounced(deps, "plane", type, changes);
  return judged;
}

/** @returns also whether a webhook should have told of it */
async function judge(
  deps: SweepDependencies,
  plane: PlaneAccess,
  type: string,
  kinds: readonly SweptKind[],
  pair: KnownPair | undefined,
  row: Row,
): Promise<{ verdict: Verdict; tells: boolean }> {
  const mapping = pair?.mapping ?? null;
  const left = { verdict: "left", tells: false } as const;
  if (pair?.tombstone === "deleted_in_odoo") return left;
  if (mapping === null) {
    const isWanted = kinds.some(({ any, ways }) => any.planeType === type && ways.toOdoo);
    return isWanted ? { verdict: "new", tells: true } : left;
  }
  const swept = kindFor(kinds, mapping);
  if (swept === undefined || !swept.ways.toOdoo || mapping.status === "paused") return left;
  const snapshot = pair?.snapshot ?? null;
  if (snapshot === null || mapping.odoo_id === null) return { verdict: "changed", tells: false };
  return await swept.any.use(async (kind) => {
    const { lenses, capabilities } = await lensesIn(kind, swept, deps.sync);
    const known = { ...plane, directory: knowing(snapshot.plane_seen, plane.directory) };
    const form = await kind.complete(known, row);
    const { references, isCurrent } = await kind.recall(form, deps.sync);
    const moved = kind.projectOf(form) !== mapping.plane_project_id;
    const fields = differsInPlane(lenses, { snapshot, capabilities, references }, form);
    const differs = moved || !isCurrent || fields.length > 0;
    // Leaving the archive in the web app is never announced, and a name that is to be looked up is no change of the record's.
    const tells = moved || (isCurrent && fields.some((field) => field !== "archived"));
    return { verdict: differs ? "changed" : "same", tells } as const;
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
