/** One entity, from hint to settled: what it is, which pair it belongs to, and what becomes of it. */
import type { SuiteError } from "../errors.ts";
import { fieldsOf } from "../odoo/capabilities.ts";
import type { Lease } from "../queue/lease.ts";
import type { RetryRules } from "../queue/outcome.ts";
import type { Claimed, Settlement } from "../store/queue.ts";
import type { PairRow, RecordKey } from "../store/engine/sync_store.ts";
import { configOf, waysOf } from "./pairs/configuration.ts";
import { afterPartial, type Effect, effectOf, effectOfFailure } from "./effect.ts";
import type { SyncDependencies } from "./sides/dependencies.ts";
import { kindOf } from "./kinds.ts";
import { leftOutWithProject } from "./left_out.ts";
import { isOdooModel } from "./sides/models.ts";
import { modelOf, withFieldsOf } from "./pairs/module_models.ts";
import { paused } from "./paused.ts";
import { processOdooRecord, processPlaneRecord } from "./process_record.ts";
import { chooseConfig } from "./pairs/choose_config.ts";
import { retryRulesOf } from "./pairs/options.ts";

export interface Processor {
  /** @throws SuiteError that decides about the next try */
  process: (claimed: Claimed, lease: Lease) => Promise<Settlement>;
  describeFailure: (claimed: Claimed, error: SuiteError, settlement: Settlement) => Settlement;
  /** What the options of the entity's pair say of tries and waits. */
  retryRules: (claimed: Claimed) => RetryRules;
}

export function createProcessor(deps: SyncDependencies): Processor {
  // Which mapping a failure belongs to, and what was done before it, is known only on the way.
  const mappings = new WeakMap<Claimed, string>();
  const partly = new WeakMap<Claimed, Effect>();
  const rules = new WeakMap<Claimed, RetryRules>();

  const run = async (claimed: Claimed, lease: Lease): Promise<Settlement> => {
    const key = keyOf(claimed.entityKey);
    const pair = await deps.store.readPair(key);
    const { mapping } = pair;
    if (mapping !== null) mappings.set(claimed, mapping.id);
    // The pair has another name by now: that is where its work is done.
    if (key.side === "odoo" && mapping !== null && mapping.plane_id !== null) {
      return done(claimed, {
        ...effectOf(claimed, mapping.id),
        mapping: { synced: false, last_error: null },
        hints: [moveHint(claimed, pair)],
      });
    }
    const row = chooseConfig(key, pair, claimed);
    const model = row === null ? "" : modelOf(row, pair);
    const any = row === null ? undefined : kindOf(row.plane_type, model);
    if (row === null || any === undefined || mapping?.status === "paused") throw paused(claimed.sourceType);
    const config = withFieldsOf(model, configOf(row));
    rules.set(claimed, retryRulesOf(config.options));
    const allowed = waysOf(config, mapping);
    // Without access to Plane its webhooks still bring everything to Odoo.
    const ways = { ...allowed, toPlane: allowed.toPlane && deps.plane !== undefined };
    if (!ways.toOdoo && !ways.toPlane) throw paused(claimed.sourceType);
    const settle = config.options.settle_ms ?? 0;
    if (settle > 0 && claimed.outages === 0 && claimed.attempts <= 1) {
      return { claimed, outcome: { kind: "wait", delayMs: settle, reason: "settling" } };
    }
    const track = {
      onMapping: (id: string) => mappings.set(claimed, id),
      onPartial: (effect: Effect) => partly.set(claimed, effect),
    };
    return done(
      claimed,
      await any.use((kind) => {
        const entity = { kind, config, ways, pair, mapping, claimed, lease };
        const knowing = any.isDescribedByOdoo ? describing(any.odooModel, deps) : deps;
        return key.side === "plane"
          ? processPlaneRecord(entity, key.id, knowing, track)
          : processOdooRecord(entity, Number(key.id), knowing, track);
      }).catch(async (thrown) => {
        const effect = partly.has(claimed) ? null : await leftOutWithProject(thrown, claimed, pair, deps);
        if (effect === null) throw thrown;
        return effect;
      }),
    );
  };

  return {
    process: run,
    retryRules: (claimed) => rules.get(claimed) ?? {},
    describeFailure: (claimed, error, settlement) => {
      const failure = effectOfFailure(
        claimed,
        error,
        mappings.get(claimed) ?? null,
        settlement.outcome.kind === "dead",
      );
      const before = partly.get(claimed);
      const effect = before === undefined ? failure : afterPartial(before, failure);
      return { ...settlement, effect };
    },
  };
}

/** The same dependencies, with the model's own fields among what Odoo can hold. */
export function describing(model: string, deps: SyncDependencies): SyncDependencies {
  const fields = () => deps.modelFields?.(model) ?? fieldsOf(deps.odoo(), model);
  return {
    ...deps,
    capabilities: async () => ({ ...await deps.capabilities(), otherFields: { [model]: await fields() } }),
  };
}

function done(claimed: Claimed, effect: Effect | null): Settlement {
  return {
    claimed,
    outcome: effect?.again_after_ms === undefined
      ? { kind: "done" }
      : { kind: "wait", delayMs: effect.again_after_ms, reason: "refused" },
    ...(effect === null ? {} : { effect }),
  };
}

function keyOf(entityKey: string): RecordKey {
  const colon = entityKey.indexOf(":");
  const [type, id] = [entityKey.slice(0, colon), entityKey.slice(colon + 1)];
  return isOdooModel(type) ? { side: "odoo", model: type, id } : { side: "plane", type, id };
}

function moveHint(claimed: Claimed, { mapping }: PairRow) {
  const payload = claimed.runId === null ? {} : { payload: { run_id: claimed.runId } };
  return {
    key: { side: "odoo" as const, model: mapping?.odoo_model ?? "", id: mapping?.odoo_id ?? "" },
    operation: claimed.operation,
    priority: 6,
    ...payload,
  };
}
