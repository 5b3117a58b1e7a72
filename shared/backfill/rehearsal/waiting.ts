/** Who waits in the queue of a dry run, for whom, and who lets them go on. */
import type { Unsettled } from "../../store/runs/backfill.ts";
import type { QueuedHint, RehearsalMemory } from "./memory.ts";

export interface WaitingRoom {
  /** Records that wait for `hold`, as they were left. */
  heldBy(hold: string): { entityKey: string; planeId: string; name: string }[];
  release(hold: string, matches: ReadonlyMap<string, number>, dropped: ReadonlySet<string>): void;
  /** Lets go what waits from the start; returns how many. */
  wake(except: ReadonlySet<string>): number;
  /** These have partners now: who waited for nobody else goes on. */
  settled(entityKeys: readonly string[]): void;
  /** Who waits, and who failed. */
  unsettled(): Unsettled[];
}

export function waitingRoom(
  { due, waiting, failed, hints }: Pick<RehearsalMemory, "due" | "waiting" | "failed" | "hints">,
): WaitingRoom {
  const goOn = (name: string, entry: QueuedHint): void => {
    waiting.delete(name);
    due.set(name, entry);
  };
  return {
    heldBy: (hold) =>
      [...waiting].flatMap(([entityKey, { waitsFor, name, planeId }]) =>
        waitsFor.includes(hold) ? [{ entityKey, planeId, name }] : []
      ),
    release: (hold, matches, dropped) => {
      for (const [name, entry] of waiting) {
        if (!entry.waitsFor.includes(hold)) continue;
        const match = matches.get(name);
        const waitsFor = entry.parent !== null && `issue:${entry.parent}` !== name
          ? [`issue:${entry.parent}`]
          : [];
        if (dropped.has(name)) {
          waiting.delete(name);
          hints.delete(name);
        } else goOn(name, { ...entry, waitsFor, ...(match === undefined ? {} : { match }) });
      }
    },
    wake: (except) => {
      let count = 0;
      for (const [name, entry] of waiting) {
        if (!entry.fromTheStart || (entry.parent !== null && except.has(entry.parent))) continue;
        goOn(name, { ...entry, waitsFor: [] });
        count += 1;
      }
      return count;
    },
    unsettled: () => [
      ...[...waiting].map(([entity_key, { project }]): Unsettled => ({
        entity_key,
        plane_project_id: project,
        state: "waiting",
        reason: "waits_for_project",
      })),
      ...[...failed].map(([entity_key, { reason, project }]): Unsettled => ({
        entity_key,
        plane_project_id: project,
        state: "dead",
        reason,
      })),
    ],
    settled: (entityKeys) => {
      for (const [name, entry] of waiting) {
        const waitsFor = entry.waitsFor.filter((key) => !entityKeys.includes(key));
        if (waitsFor.length === entry.waitsFor.length) continue;
        if (waitsFor.length === 0) goOn(name, { ...entry, waitsFor });
        else waiting.set(name, { ...entry, waitsFor });
      }
    },
  };
}
