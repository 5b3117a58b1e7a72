/** The queue of a dry run, in memory: hints are carried out by the engine at once, over stores and clients that write nothing. */
import { SuiteError, toSuiteError } from "../errors.ts";
import type { Claimed } from "../store/queue.ts";
import type { RunHint, Unsettled } from "../store/runs/backfill.ts";
import type { Effect } from "../sync/effect.ts";
import type { Processor } from "../sync/process.ts";
import { type Rehearsed, rehearsedOf, unsettledRecord } from "./rehearsal_record.ts";
import type { RehearsalStore } from "./rehearsal_store.ts";

interface Waiting {
  hint: RunHint;
  waitsFor: Set<string>;
  /** It waits since it was left; else since the engine has looked at it. */
  fromTheStart: boolean;
}

export interface RehearsalQueue {
  leave(hints: readonly RunHint[]): void;
  /**
   * Carries out what does not wait.
   *
   * @throws SuiteError dry_run_too_long when the time is over before that
   */
  work(): Promise<void>;
  /** Records that wait for `hold`, as they were left. */
  heldBy(hold: string): RunHint[];
  release(hold: string, matches: ReadonlyMap<string, number>, dropped: ReadonlySet<string>): void;
  /** Lets go what waits from the start; returns how many. */
  wake(except: ReadonlySet<string>): number;
  has(entityKey: string): boolean;
  unsettled(): Unsettled[];
}

/** @param concurrency as many at a time as the real drain takes, so that calls are joined as it joins them */
export function createRehearsalQueue(
  processor: Processor,
  store: RehearsalStore,
  concurrency: number,
  onRecord: (rehearsed: Rehearsed) => void,
  outOfTime: () => boolean,
): RehearsalQueue {
  const due = new Map<string, RunHint>();
  const waiting = new Map<string, Waiting>();
  const failed = new Map<string, { reason: string; project: string | null }>();

  const nameOf = ({ key }: RunHint) => `${key.side === "plane" ? key.type : key.model}:${key.id}`;
  const hasPartner = async (entityKey: string): Promise<boolean> => {
    const [type = "", id = ""] = entityKey.split(":");
    if (type === "run") return false;
    const partner = await store.readPartner(
      type.includes(".") ? { side: "odoo", model: type, id } : { side: "plane", type, id },
    );
    return partner !== null && (type.includes(".") ? partner.planeId !== null : partner.odooId !== null);
  };
  const enqueue = (hint: RunHint): void => {
    const name = nameOf(hint);
    const waits = waiting.get(name);
    if (waits !== undefined) return;
    due.set(name, { ...due.get(name), ...hint });
  };
  const settledNow = (names: readonly string[]): void => {
    for (const [name, entry] of waiting) {
      if (!names.some((settled) => entry.waitsFor.delete(settled)) || entry.waitsFor.size > 0) continue;
      waiting.delete(name);
      due.set(name, entry.hint);
    }
  };

  const one = async (name: string, hint: RunHint): Promise<void> => {
    const waitsFor = [];
    for (const key of hint.waitsFor ?? []) if (!await hasPartner(key)) waitsFor.push(key);
    if (waitsFor.length > 0) {
      waiting.set(name, { hint: { ...hint, waitsFor: [] }, waitsFor: new Set(waitsFor), fromTheStart: true });
      return;
    }
    const claimed = await claimedOf(hint, store);
    try {
      const { effect } = await processor.process(claimed, { require: () => {} });
      if (effect === undefined) return;
      const done = effect as Effect;
      store.apply(done);
      const rehearsed = rehearsedOf(claimed.entityKey, done);
      if (rehearsed !== null) onRecord(rehearsed);
      if (done.waits_for.length > 0) {
        waiting.set(name, { hint, waitsFor: new Set(done.waits_for), fromTheStart: false });
      }
      if (done.created) {
        const partner = await store.readPartner(hint.key);
        settledNow([
          name,
          `${partner?.planeType}:${partner?.planeId}`,
          `${partner?.odooModel}:${partner?.odooId}`,
        ]);
      }
      for (const next of done.hints) if (nameOf(next) !== name) enqueue(next);
    } catch (thrown) {
      const error = toSuiteError(thrown);
      // It would be parked, and the run would not wait for it.
      if (error.code === "left_out") return;
      const waits = String(error.facts.waits_for ?? "");
      if (error.code === "waits_for_project" && waits !== "" && !await hasPartner(waits)) {
        waiting.set(name, { hint, waitsFor: new Set([waits]), fromTheStart: false });
        return;
      }
      failed.set(claimed.entityKey, { reason: error.code, project: hint.projectId ?? null });
      onRecord({ record: unsettledRecord(claimed.entityKey, "fails", error.code), changes: [] });
    }
  };

  return {
    leave: (hints) => hints.forEach(enqueue),
    work: async () => {
      while (due.size > 0) {
        if (outOfTime()) throw new SuiteError("dry_run_too_long");
        const ordered = [...due].toSorted(([, left], [, right]) =>
          (right.priority ?? 5) - (left.priority ?? 5)
        );
        const now = ordered.slice(0, concurrency);
        for (const [name] of now) due.delete(name);
        await Promise.all(now.map(([name, hint]) => one(name, hint)));
      }
    },
    heldBy: (hold) => [...waiting.values()].flatMap(({ hint, waitsFor }) => waitsFor.has(hold) ? [hint] : []),
    release: (hold, matches, dropped) => {
      for (const [name, entry] of waiting) {
        if (!entry.waitsFor.has(hold)) continue;
        waiting.delete(name);
        if (dropped.has(name)) continue;
        const match = matches.get(name);
        const parent = entry.hint.payload?.observed?.parent;
        due.set(name, {
          ...entry.hint,
          payload: { ...entry.hint.payload, ...(match === undefined ? {} : { match_odoo_id: match }) },
          waitsFor: typeof parent === "string" && `issue:${parent}` !== name ? [`issue:${parent}`] : [],
        });
      }
    },
    wake: (except) => {
      let count = 0;
      for (const [name, { hint, fromTheStart }] of waiting) {
        const parent = hint.payload?.observed?.parent;
        if (!fromTheStart || (typeof parent === "string" && except.has(parent))) continue;
        waiting.delete(name);
        due.set(name, hint);
        count += 1;
      }
      return count;
    },
    has: (entityKey) => due.has(entityKey) || waiting.has(entityKey),
    unsettled: () => [
      ...[...waiting].map(([name, { hint }]): Unsettled => ({
        entity_key: name,
        plane_project_id: hint.projectId ?? null,
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

/** What a claim would have said: under the key of the pair, when there is one. */
async function claimedOf(hint: RunHint, store: RehearsalStore): Promise<Claimed> {
  const { key } = hint;
  const partner = key.side === "odoo" ? await store.readPartner(key) : null;
  const entityKey = partner?.planeId != null
    ? `${partner.planeType}:${partner.planeId}`
    : `${key.side === "plane" ? key.type : key.model}:${key.id}`;
  return {
    id: crypto.randomUUID(),
    entityKey,
    sourceSystem: key.side,
    sourceId: key.id,
    sourceType: key.side === "plane" ? key.type : key.model,
    operation: hint.operation ?? "update",
    // Beyond the first try nothing is left to settle before it is sent.
    attempts: 2,
    outages: 0,
    maxAttempts: 12,
    crashes: 0,
    fence: "0",
    planeProjectId: hint.projectId ?? hint.payload?.project_id ?? null,
    readFirst: hint.readFirst ?? false,
    planeHinted: key.side === "plane",
    odooHinted: key.side === "odoo",
    payload: hint.payload ?? {},
    runId: hint.payload?.run_id ?? null,
    lastDeliveryId: null,
    observation: null,
    createdAt: "",
  };
}
