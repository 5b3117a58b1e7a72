/**
 * The work items of a project that were touched since the last sweep. Comments, also deleted ones, and cycles move an item's
 * stamp and nothing else that a list shows; so the comments of what was touched are read, and the project's cycles looked at.
 */
import { parseStamp } from "../stamp.ts";
import type { ItemSweep } from "./item_sweep.ts";
import {
  explains,
  floorOf,
  type ItemCursor,
  itemCursorShape,
  passed,
  type Place,
  stillWithin,
} from "./item_window.ts";
import { type Judged, judgeRows, type Row } from "./plane_rows.ts";
import { CALL, hasTime, holding, nowOf, type SweepDependencies } from "./reader.ts";
import { isDue } from "./schedule.ts";
import { sweepComments } from "./sweep_comments.ts";

const CHUNK_ROWS = 100;

/** @returns whether the project's cycles are to be looked at, and false for `held` when another worker is at it */
export async function sweepItems(
  deps: SweepDependencies,
  sweep: ItemSweep,
): Promise<{ held: boolean; cycles: boolean }> {
  const { project } = sweep;
  let cycles = false;
  const held = await holding(deps, `plane:issue:${project}`, itemCursorShape, async (cursor, save) => {
    const startedAt = nowOf(deps);
    const watermark = cursor.watermark ?? sweep.since;
    const query = { orderBy: "-updated_at", ...(cursor.place ? { resume: cursor.place } : {}) };
    const state: Required<ItemCursor> = {
      watermark,
      swept_at: cursor.swept_at ?? null,
      recent: { ...cursor.recent },
      place: cursor.place ?? null,
      to_read: [...cursor.to_read ?? []],
      explained: [...cursor.explained ?? []],
      explained_read_at: cursor.explained_read_at ?? startedAt,
      cycles: false,
    };
    let chunk: Row[] = [];
    const work = async () => {
      const fresh = chunk.filter((row) => state.recent[row.id] !== stampOf(row));
      chunk = [];
      const judged = await judgeRows(
        deps,
        sweep.plane,
        "issue",
        () => project,
        sweep.kinds,
        fresh,
        sweep.counts,
      );
      const { toRead, explained } = await toLookInto(deps, sweep, judged);
      state.to_read = united(state.to_read, toRead);
      state.explained = united(state.explained, explained).filter((id) => !state.to_read.includes(id));
      if (fresh.length > 0) cycles = true;
      for (const row of fresh) state.recent[row.id] = stampOf(row);
    };
    let place: Place | null = state.place;
    for await (const row of sweep.plane.client.workItemRows(project, query, CALL)) {
      const at = stampOf(row);
      if (at < floorOf(watermark)) break;
      place = passed(place, row, at);
      chunk.push(row);
      if (chunk.length < CHUNK_ROWS) continue;
      await work();
      state.place = place;
      await save(state);
      if (!hasTime(deps)) return state;
    }
    await work();
    state.place = null;
    if (place !== null && place.reached > watermark) state.watermark = place.reached;
    state.recent = stillWithin(state.recent, state.watermark);
    state.swept_at = startedAt;
    if (isDue(state.explained_read_at, sweep.commentsMs, Date.parse(startedAt))) {
      state.to_read = united(state.to_read, state.explained);
      state.explained = [];
      state.explained_read_at = startedAt;
    }
    await save(state);
    return { ...state, to_read: await sweepComments(deps, sweep, state.to_read) };
  });
  return { held, cycles };
}

/**
 * Items whose comments may have changed. Where the newest observation explains the stamp, comments that were made or edited have
 * announced themselves; only deletions are silent, and they need a comment we know of. An announcement may be lost, though: such
 * items are looked into later, all at once.
 */
async function toLookInto(
  deps: SweepDependencies,
  { project, kinds }: ItemSweep,
  judged: readonly Judged[],
): Promise<{ toRead: string[]; explained: string[] }> {
  if (!kinds.some(({ any, ways }) => any.planeType === "issue_comment" && ways.toOdoo)) {
    return { toRead: [], explained: [] };
  }
  const known = judged.filter(({ verdict, pair }) => verdict !== "left" && pair?.mapping?.odoo_id != null);
  const isExplained = (one: Judged) =>
    one.verdict === "same" && explains(one.pair?.snapshot?.plane_seen?.updated_at, stampOf(one.row));
  const quiet = known.filter(isExplained).map(({ row }) => row.id);
  const withComments = quiet.length === 0 ? new Map() : await deps.pairs.commentsOf(project, quiet);
  // A new item's comments wait for it: they are read as well.
  const fresh = judged.filter(({ verdict }) => verdict === "new");
  return {
    toRead: [...known.filter((one) => !isExplained(one) || withComments.has(one.row.id)), ...fresh]
      .map(({ row }) => row.id),
    explained: quiet.filter((id) => !withComments.has(id)),
  };
}

function united(some: readonly string[], more: readonly string[]): string[] {
  return [...new Set([...some, ...more])];
}

function stampOf(row: Row): string {
  return parseStamp(row.updated_at) ?? "";
}
