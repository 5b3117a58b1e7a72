/** The queue of a dry run: hints are carried out by the engine, a few at a time, over stores and clients that write nothing. */
import { isOutage } from "../../circuit/outage.ts";
import type { SuiteError } from "../../errors.ts";
import { failureOf } from "../../queue/failure.ts";
import type { RunHint, RunRemains } from "../../store/runs/backfill.ts";
import type { Effect } from "../../sync/effect.ts";
import type { Processor } from "../../sync/process.ts";
import { claimedOf, entityName, partnerOf, queuedOf } from "./hints.ts";
import type { QueuedHint, RehearsalMemory } from "./memory.ts";
import { type Rehearsed, rehearsedOf, type RehearsedRecord, together, unsettledRecord } from "./record.ts";
import type { RehearsalStore } from "./store.ts";
import { type WaitingRoom, waitingRoom } from "./waiting.ts";

export interface RehearsalQueue extends WaitingRoom {
  leave(hints: readonly RunHint[]): Promise<void>;
  /**
   * Carries out some of what does not wait. What fails because a side is away stays, to be tried again.
   *
   * @returns how many hints that were, and why something is to be tried again
   */
  work(): Promise<{ worked: number; outage: SuiteError | null }>;
  has(entityKey: string): boolean;
  remains(): RunRemains;
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
  memory: RehearsalMemory,
  { concurrency, again, onRecord }: RehearsalQueueOptions,
): RehearsalQueue {
  const { due, waiting, failed, hints } = memory;
  const room = waitingRoom(memory);
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
  const say = (said: RehearsedRecord | undefined, rehearsed: Rehearsed | null): void => {
    if (rehearsed !== null) onRecord({ ...rehearsed, record: together(said, rehearsed.record) });
    else if (said !== undefined) onRecord({ record: said, changes: [] });
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
    /** What was done before it failed stays done. */
    const partly = (error: SuiteError): QueuedHint => {
      const outcome = { kind: "retry" as const, delayMs: 0, reason: error.code };
      const { effect } = processor.describeFailure(claimed, error, { claimed, outcome });
      const done = effect as Effect | undefined;
      const rehearsed = rehearsedOf(claimed.entityKey, done);
      if (done === undefined || rehearsed === null) return entry;
      store.apply(done);
      return { ...entry, said: together(entry.said, rehearsed.record) };
    };
    try {
      const { effect } = await processor.process(claimed, { require: () => {} });
      if (effect === undefined) return null;
      const done = effect as Effect;
      store.apply(done);
      say(entry.said, rehearsedOf(claimed.entityKey, done));
      if (done.waits_for.length > 0) {
        const { said: _said, ...rest } = entry;
        wait(name, hint, { ...rest, waitsFor: done.waits_for, fromTheStart: false });
      }
      if (done.created) {
        const partner = await store.readPartner(hint.key);
        room.settled([
          name,
          `${partner?.planeType}:${partner?.planeId}`,
          `${partner?.odooModel}:${partner?.odooId}`,
        ]);
      }
      for (const next of done.hints) if (entityName(next) !== name) await enqueue(next);
    } catch (thrown) {
      const error = failureOf(thrown);
      // It would be parked, and the run would not wait for it.
      if (error.code === "left_out") return null;
      const waits = String(error.facts.waits_for ?? "");
      if (error.code === "waits_for_project" && waits !== "" && !await hasPartner(waits)) {
        const { said, ...rest } = partly(error);
        say(said, null);
        wait(name, hint, { ...rest, waitsFor: [waits], fromTheStart: false });
        return null;
      }
      const counts = error.code !== "plane_rate_limited" && error.code !== "circuit_open";
      const tried = entry.tries + (counts ? 1 : 0);
      if (passes(error) && again > 0 && tried <= again) {
        if (!hints.has(name)) hints.set(name, hint);
        due.set(name, { ...partly(error), tries: tried });
        return error;
      }
      failed.set(claimed.entityKey, { reason: error.code, project: entry.project });
      say(entry.said, null);
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
    ...room,
    has: (entityKey) => due.has(entityKey) || waiting.has(entityKey),
    remains: () => ({ active: due.size, waiting: waiting.size, resting: 0, dead: failed.size }),
  };
}

/** Whether it may be over when the record is tried again. A project that is closed to the key stays closed. */
function passes(error: SuiteError): boolean {
  return isOutage(error) && error.code !== "plane_forbidden" && error.facts.not_asked !== true;
}
