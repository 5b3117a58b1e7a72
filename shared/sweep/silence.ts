/**
 * Notices that a side's webhook says nothing: a sweep found a change that is old enough to have been announced, and was not.
 *
 * One such change proves little: bulk operations in Plane are never announced, and single deliveries get lost. So a webhook
 * counts as silent only while nothing at all about that kind of record has come since the change.
 */
import type { SweepDependencies } from "./reader.ts";

/** How long an announcement may take, in ms. */
const GRACE_MS = 120_000;

/**
 * @param changes what differed from its base, with the stamps of that side's clock
 * @returns how many no webhook has announced
 */
export async function noteUnannounced(
  { marks, sync }: SweepDependencies,
  source: "plane" | "odoo",
  type: string,
  changes: readonly { entityKey: string; at: string }[],
): Promise<number> {
  const offset = sync.clockOffsets[source]();
  const before = sync.wallClock() - GRACE_MS;
  const old = changes
    .map(({ entityKey, at }) => (
      { entityKey, stamp: at, at: new Date(Date.parse(at) - offset).toISOString() }
    ))
    .filter(({ at }) => Date.parse(at) < before);
  const unannounced = await marks.unannounced(source, old);
  const [earliest] = unannounced.map(({ at }) => at).sort();
  if (earliest !== undefined) await marks.noteSilence(source, type, earliest, unannounced.length);
  return unannounced.length;
}
