/** The queue of a dry run: hints are carried out by the engine, a few at a time, over stores and clients that write nothing. */
import { isOutage } from "../circuit/outage.ts";
import { type SuiteError, toSuiteError } from "../errors.ts";
import type { RunHint, RunRemains, Unsettled } from "../store/runs/backfill.ts";
import type { Effect } from "../sync/effect.ts";
import type { Processor } from "../sync/process.ts";
import { claimedOf, entityName, partnerOf, queuedOf } from "./rehearsal_hints.ts";
import type { QueuedHint, RehearsalMemory } from "./rehearsal_memory.ts";
import { type Rehearsed, rehearsedOf, unsettledRecord } from "./rehearsal_record.ts";
import type { RehearsalStore } from "./rehearsal_store.ts";

export interface RehearsalQueue {
  leave(hints: readonly RunHint[]): Promise<void>;
  /**
   * Carries out some of what does not wait. What fails because a side is away stays, to be tried again.
   *
   * @returns how many hints that were, and why something is to be tried again
   */
  work(): Promise<{ worked: number; outage: SuiteError | null }>;
  /** Records that wait for `hold`, as they were left. */
  heldBy(hold: string): { entityKey: string; planeId: string; name: string }[];
  release(hold: string, matches: ReadonlyMap<string, number>, dropped: ReadonlySet<string>): void;
  /** Lets go what waits from the start; returns how many. */
  wake(except: ReadonlySet<string>): number;
  has(entityKey: string): boolean;
  remains(): RunRemains;
  unsettled(): Unsettled[];
}

export interface RehearsalQueueOptions {
  /** As many at a time as the real drain takes, so that calls are joined as it joins them. */
  concurrency: number;
  /** How often a record is tried again while a side is away, whatever else is refused for its rate; 0: never. */
  again: number;
  onRecord: (rehearsed: Rehearsed) => void;
}

export function createRehearsalQueue(
  processor: Processor,
  store: RehearsalStore,
  { due, waiting, failed, hints }: RehearsalMemory,
  { concurrency, again, onRecord }: RehearsalQueueOptions,
): RehearsalQueue {
  const hasPartner = async (entityKey: string) => await partnerOf(entityKey, store) !== null;
  const enqueue = async (hint: RunHint): Promise<void> => {
    const name = entityName(hint);
    if (waiting.has(name)) return;
    const whole = { ...(due.has(name) ? await hints.get(name) : undefined), ...hint };
    hints.set(name, whole);
    due.set(name, { ...due.get(name), ...queuedOf(whole) });
  };
  const wait = (name: string, hint: RunHint, entry: QueuedHint): void => {
    if (!hints.has(name)) hints.set(name, hint);
    waiting.set(name, entry);
  };
  const goOn = (name: string, entry: QueuedHint): void => {
    waiting.delete(name);
    due.set(name, entry);
  };
  const settledNow = (names: readonly string[]): void => {
    for (const [name, entry] of waiting) {
      const waitsFor = entry.waitsFor.filter((key) => !names.includes(key));
      if (waitsFor.length === entry.waitsFor.length) continue;
      if (waitsFor.length === 0) goOn(name, { ...entry, waitsFor });
      else waiting.set(name, { ...entry, waitsFor });
    }
  };

  /** @returns the outage it failed of */
  const one = async (name: string, hint: RunHint, entry: QueuedHint): Promise<SuiteError | null> => {
    const waitsFor = [];
    for (const key of entry.waitsFor) if (!await hasPartner(key)) waitsFor.push(key);
    if (waitsFor.length > 0) {
      wait(name, hint, { ...entry, waitsFor, fromTheStart: true });
      return null;
    }
    const claimed = await claimedOf(hint, entry, store);
    const waitFor = (keys: readonly string[]) =>
      wait(name, hint, { ...entry, waitsFor: keys, fromTheStart: false });
    try {
      const { effect } = await processor.process(claimed, { require: () => {} });
      if (effect === undefined) return null;
      const done = effect as Effect;
      store.apply(done);
      const rehearsed = rehearsedOf(claimed.entityKey, done);
      if (rehearsed !== null) onRecord(rehearsed);
      if (done.waits_for.length > 0) waitFor(done.waits_for);
      if (done.created) {
        const partner = await store.readPartner(hint.key);
        settledNow([
          name,
          `${partner?.planeType}:${partner?.planeId}`,
          `${partner?.odooModel}:${partner?.odooId}`,
        ]);
      }
      for (const next of done.hints) if (entityName(next) !== name) await enqueue(next);
    } catch (thrown) {
      const error = toSuiteError(thrown);
      // It would be parked, and the run would not wait for it.
      if (error.code === "left_out") return null;
      const waits = String(error.facts.waits_for ?? "");
      if (error.code === "waits_for_project" && waits !== "" && !await hasPartner(waits)) {
        waitFor([waits]);
        return null;
      }
      const counts = error.code !== "plane_rate_limited" && error.code !== "circuit_open";
      const tried = entry.tries + (counts ? 1 : 0);
      if (isOutage(error) && error.facts.not_asked !== true && again > 0 && tried <= again) {
        if (!hints.has(name)) hints.set(name, hint);
        due.set(name, { ...entry, tries: tried });
        return error;
      }
      failed.set(claimed.entityKey, { reason: error.code, project: entry.project });
      onRecord({ record: unsettledRecord(claimed.entityKey, "fails", error.code), changes: [] });
    }
    return null;
  };

  return {
    leave: async (left) => {
      for (const hint of left) await enqueue(hint);
    },
    work: async () => {
      const batch = [...due].toSorted(([, left], [, right]) => right.priority - left.priority)
        .slice(0, concurrency);
      const found = await hints.some(batch.map(([name]) => name));
      for (const [name] of batch) {
        due.delete(name);
        if (!waiting.has(name)) hints.delete(name);
      }
      const outages = await Promise.all(batch.map(async ([name, entry]) => {
        const hint = found.get(name);
        return hint === undefined ? null : await one(name, hint, entry);
      }));
      return { worked: batch.length, outage: outages.find((error) => error !== null) ?? null };
    },
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
    has: (entityKey) => due.has(entityKey) || waiting.has(entityKey),
    remains: () => ({ active: due.size, waiting: waiting.size, resting: 0, dead: failed.size }),
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
  };
}
