/** What every reader of a side is given, and how it keeps its place. */
import type { z } from "zod";
import { SuiteError } from "../errors.ts";
import type { Json } from "../json.ts";
import type { CursorStore } from "../store/sweeping/cursors.ts";
import type { DeletedPartners } from "../store/sweeping/deleted_partners.ts";
import type { SweepPairs } from "../store/sweeping/sweep_pairs.ts";
import type { SweepMarks } from "../store/sweeping/sweep_marks.ts";
import type { PlaneAccess, SyncDependencies } from "../sync/sides/dependencies.ts";

export interface SweepDependencies {
  /** As the engine has them; `plane` is the lane of live changes. */
  sync: SyncDependencies;
  /** Plane in the lane that takes what the others leave: for full passes. Undefined as `sync.plane` is. */
  backfillPlane: PlaneAccess | undefined;
  cursors: CursorStore;
  pairs: SweepPairs;
  marks: SweepMarks;
  deletedPartners: DeletedPartners;
  workerId: string;
  leaseMs: number;
  /** How long the whole sweep may still take, in ms; what does not fit goes on next time. */
  timeLeftMs: () => number;
}

/** What came of it; added up over all readers. */
export interface SweepCounts {
  /** Records that were looked at, and those that something was left for. */
  rows: number;
  hints: number;
  /** Changes that no webhook had announced. */
  unannounced: number;
}

/** No call begins when less than this is left, in ms: an answer takes as long, waiting for its slot included. */
const CALL_MS = 15_000;

export function hasTime({ timeLeftMs }: Pick<SweepDependencies, "timeLeftMs">): boolean {
  return timeLeftMs() > CALL_MS;
}

/** Options of every call to Plane. */
export const CALL = { deadlineMs: CALL_MS } as const;

/** Now, as cursors write it. */
export function nowOf({ sync }: Pick<SweepDependencies, "sync">): string {
  return new Date(sync.wallClock()).toISOString();
}

/**
 * Holds a cursor while `work` goes on. `save` moves it and holds it for another lease; what `work` returns is written when it
 * is given back. When `work` fails the cursor stays where it was saved last.
 *
 * @param shape what a cursor's value must be; anything else counts as the empty one
 * @returns false when another worker holds it, or everything is paused
 * @throws what `work` throws; SuiteError lease_lost when somebody else took the cursor over
 */
export async function holding<Value extends Json>(
  { cursors, workerId, leaseMs }: SweepDependencies,
  name: string,
  shape: z.ZodType<Value>,
  work: (value: Value, save: (value: Value) => Promise<void>) => Promise<Value>,
): Promise<boolean> {
  const held = await cursors.claim(name, workerId, leaseMs);
  if (held === null) return false;
  const { fence } = held;
  const move = async (value: Json, keepMs: number | null) => {
    if (!await cursors.advance(name, fence, value, keepMs)) throw new SuiteError("lease_lost");
  };
  let result: Value;
  try {
    const parsed = shape.safeParse(held.value);
    result = await work(parsed.success ? parsed.data : shape.parse({}), (value) => move(value, leaseMs));
  } catch (thrown) {
    await cursors.advance(name, fence, null, null);
    throw thrown;
  }
  await move(result, null);
  return true;
}
