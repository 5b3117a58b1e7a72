/** One entity, from hint to settled: observe both sides, plan, apply, say what to settle. */
import { SuiteError } from "../errors.ts";
import type { Lease } from "../queue/lease.ts";
import { type PairRow, readPair } from "../store/pairs.ts";
import type { Claimed, Outcome, Settlement } from "../store/queue.ts";
import { bringToOdoo } from "./bring_to_odoo.ts";
import type { SyncDependencies } from "./entity.ts";
import { goesToOdoo, type PairConfig } from "./configuration.ts";
import { effectOfFailure } from "./effect.ts";
import { archiveGone } from "./gone.ts";
import { ISSUE_KIND, type Kind, PROJECT_KIND } from "./kinds.ts";
import { observe } from "./observe.ts";
import { paused } from "./paused.ts";

export interface Processor {
  /** @throws SuiteError that decides about the next try */
  process: (claimed: Claimed, lease: Lease) => Promise<Settlement>;
  describeFailure: (claimed: Claimed, error: SuiteError, settlement: Settlement) => Settlement;
}

export function createProcessor(deps: SyncDependencies): Processor {
  // Which mapping a failure belongs to is known once the pair was read.
  const mappings = new WeakMap<Claimed, string>();

  const processKind = async <Form extends { updated_at: string; archived_at: string | null }>(
    kind: Kind<Form>,
    planeId: string,
    claimed: Claimed,
    lease: Lease,
  ): Promise<Settlement> => {
    const pair = await readPair(deps.sql, kind.planeType, planeId, kind.odooModel);
    if (pair?.mapping_id != null) mappings.set(claimed, pair.mapping_id);
    if (pair === null || pair.status === "paused" || !goesToOdoo(configOf(kind, pair))) {
      throw paused(kind.planeType);
    }
    if (pair.belongs_elsewhere) {
      throw new SuiteError("unknown_entity", {
        message: "The Plane record is mapped to an Odoo record of another model.",
      });
    }
    const observed = await observe(kind.observed, claimed, planeId, pair, deps.plane);
    const entity = { kind, planeId, claimed, pair, lease, config: configOf(kind, pair) };
    const effect = observed.kind === "gone"
      ? await archiveGone(entity, deps)
      : await bringToOdoo(entity, observed.form, deps, (mappingId) => mappings.set(claimed, mappingId));
    const outcome: Outcome = effect?.again_after_ms === undefined
      ? { kind: "done" }
      : { kind: "wait", delayMs: effect.again_after_ms, reason: "odoo_rejected" };
    return { claimed, outcome, ...(effect === null ? {} : { effect }) };
  };

  return {
    process: (claimed, lease) => {
      const [planeType, planeId] = splitKey(claimed.entityKey);
      if (planeType === PROJECT_KIND.planeType) return processKind(PROJECT_KIND, planeId, claimed, lease);
      if (planeType === ISSUE_KIND.planeType) return processKind(ISSUE_KIND, planeId, claimed, lease);
      // Odoo's own records and Plane's other kinds wait until their direction is there.
      throw paused(planeType);
    },
    describeFailure: (claimed, error, settlement) => ({
      ...settlement,
      effect: effectOfFailure(
        claimed,
        error,
        mappings.get(claimed) ?? null,
        settlement.outcome.kind === "dead",
      ),
    }),
  };
}

function splitKey(entityKey: string): [type: string, id: string] {
  const colon = entityKey.indexOf(":");
  return [entityKey.slice(0, colon), entityKey.slice(colon + 1)];
}

function configOf<Form>(kind: Kind<Form>, pair: PairRow): PairConfig {
  return {
    planeType: kind.planeType,
    odooModel: kind.odooModel,
    enabled: pair.enabled,
    direction: pair.direction,
    fieldMappings: pair.field_mappings,
    policy: pair.conflict_resolution,
  };
}
