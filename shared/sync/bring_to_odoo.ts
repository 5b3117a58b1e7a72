/** Plane's record is there: make Odoo's the same in every field that changed, and remember what was agreed. */
import { SuiteError } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import type { OdooCapabilities } from "../odoo/capabilities.ts";
import type { OdooRecord } from "../odoo/client.ts";
import { parseStamp } from "../stamp.ts";
import { chooseLenses } from "./configuration.ts";
import { type Effect, effectOf } from "./effect.ts";
import type { SyncDependencies, SyncEntity } from "./entity.ts";
import { externalId } from "./external_id.ts";
import type { KindDependencies, Prepared } from "./kinds.ts";
import { forgettingWhatIsGone } from "./forget.ts";
import { makeRecord, readRecord, writeRecord } from "./odoo_records.ts";
import { findPartner, type Partner } from "./partner.ts";
import { nextBases, type Plan, planToOdoo, storedOtherwise, withoutParent } from "./plan.ts";
import { describePlan } from "./report.ts";

/**
 * A parent that Odoo refuses, because webhooks came out of order and it would be a circle, is tried again after this long, in
 * ms, twice as long each time; after so many tries it waits for the next hint.
 */
const PARENT_AGAIN_MS = 60_000;
const PARENT_TRIES = 5;

/** @returns what settling writes; null when there is nothing to say */
export async function bringToOdoo<Form extends { updated_at: string }>(
  entity: SyncEntity<Form>,
  form: Form,
  deps: SyncDependencies,
  onMapping: (mappingId: string) => void,
): Promise<Effect | null> {
  const { kind, pair, claimed } = entity;
  const startedAt = deps.now();
  const capabilities = await deps.capabilities();
  const { active } = chooseLenses(entity.config, kind.lenses, capabilities);
  const fields = new Set([
    "write_date",
    ...active.flatMap(({ lens, odooField }) => [odooField, ...lens.alsoReads ?? []]),
  ]);

  const kindDeps: KindDependencies = { sql: deps.sql, odoo: deps.odoo(), plane: deps.plane };
  // A known partner comes first: when it was deleted together with its project, that is not the project's failure.
  const known = pair.odoo_id === null
    ? null
    : await findPartner(entity, kind.projectOf(form), [...fields], deps);
  if (known?.kind === "deleted") return partnerDeleted(entity, known.mappingId);
  const prepared = await kind.prepare(form, pair, kindDeps);
  const partner = known ?? await findPartner(entity, kind.projectOf(form), [...fields], deps);
  if (partner.mappingId !== null) onMapping(partner.mappingId);
  if (partner.kind === "deleted") return partnerDeleted(entity, partner.mappingId);

  // A partner that was only just linked again has no base: what both sides agreed on is forgotten.
  const bases = { planeBase: pair.plane_base ?? {}, odooBase: pair.odoo_base ?? {} };
  const wanted = planToOdoo({
    lenses: active,
    form,
    ...bases,
    odooNow: partner.kind === "present" ? partner.record : null,
    capabilities,
    references: prepared.references,
    policy: entity.config.policy,
  });
  const applyPlan = (part: Plan) => apply(entity, partner, part, prepared, [...fields], capabilities, deps);
  const { plan, odooId, stored } = await leavingOutParent(wanted, applyPlan);
  if (partner.kind === "to_make" || partner.linkedNow) {
    await afterCreate(entity, form, odooId, kindDeps, deps);
  }

  const wrote = partner.kind === "to_make" || Object.keys(plan.values).length > 0;
  const { planeBase, odooBase } = nextBases(
    { lenses: active, form, ...bases, references: prepared.references },
    plan,
    stored,
  );
  const description = describePlan({
    entityKey: claimed.entityKey,
    operation: partner.kind === "to_make" ? "create" : partner.linkedNow ? "link" : wrote ? "update" : "none",
    plan,
    storedOtherwise: wrote ? storedOtherwise(active, plan, stored) : [],
    unmatched: prepared.unmatched,
    odooModel: kind.odooModel,
    odooId,
    durationMs: Math.round(deps.now() - startedAt),
  });
  const writeDate = parseStamp(stored.write_date);
  return {
    ...effectOf(claimed, partner.mappingId),
    ...description,
    mapping: {
      odoo_id: String(odooId),
      status: "active",
      ...(kind.projectOf(form) === null ? {} : { plane_project_id: kind.projectOf(form) ?? "" }),
      plane_updated_at: form.updated_at,
      ...(writeDate === null ? {} : { odoo_write_date: writeDate }),
      synced: wrote,
    },
    snapshot: {
      plane_base: planeBase,
      odoo_base: odooBase,
      plane_seen: form,
      placeholders: plan.agreed.includes("description")
        ? plan.placeholders
        : (pair.placeholders ?? {}) as JsonObject,
    },
    created: partner.kind === "to_make" || partner.linkedNow,
    relinked: pair.tombstone !== null,
    waits_for: prepared.waitsFor,
    ...(plan === wanted || claimed.outages >= PARENT_TRIES
      ? {}
      : { again_after_ms: PARENT_AGAIN_MS * 2 ** claimed.outages }),
  };
}

/** Odoo does not say which value it refuses: when the rest is accepted, it was the parent. */
async function leavingOutParent<Result>(
  plan: Plan,
  applyPlan: (plan: Plan) => Promise<Result>,
): Promise<Result & { plan: Plan }> {
  try {
    return { ...await applyPlan(plan), plan };
  } catch (thrown) {
    const rest = withoutParent(plan);
    if (rest === null || !(thrown instanceof SuiteError) || thrown.code !== "odoo_rejected") throw thrown;
    return { ...await applyPlan(rest), plan: rest };
  }
}

async function apply<Form>(
  entity: SyncEntity<Form>,
  partner: Exclude<Partner, { kind: "deleted" }>,
  plan: Plan,
  prepared: Prepared,
  fields: string[],
  capabilities: OdooCapabilities,
  deps: SyncDependencies,
): Promise<{ odooId: number; stored: OdooRecord }> {
  const { kind, planeId, lease } = entity;
  if (partner.kind === "present" && Object.keys(plan.values).length === 0) {
    return { odooId: partner.odooId, stored: partner.record };
  }
  const odoo = deps.odoo();
  lease.require(deps.odooTimeoutMs);
  const values = partner.kind === "present" ? plan.values : { ...prepared.onCreate, ...plan.values };
  const odooId = await forgettingWhatIsGone(deps.sql, odoo, values, async () => {
    if (partner.kind === "present") {
      await writeRecord(odoo, kind.odooModel, partner.odooId, values);
      return partner.odooId;
    }
    const external = externalId(kind.planeType, planeId);
    return await makeRecord(odoo, kind.odooModel, external, values, kind.odooFields(capabilities));
  });
  const stored = await readRecord(odoo, kind.odooModel, odooId, fields);
  // Gone between two calls: the next look at this pair finds that out and settles it.
  if (stored === null) {
    throw new SuiteError("odoo_missing_record", { retry: "later", facts: { model: kind.odooModel } });
  }
  return { odooId, stored };
}

async function afterCreate<Form>(
  entity: SyncEntity<Form>,
  form: Form,
  odooId: number,
  kindDeps: KindDependencies,
  deps: SyncDependencies,
): Promise<void> {
  try {
    await entity.kind.afterCreate?.(form, odooId, kindDeps);
  } catch (thrown) {
    const code = thrown instanceof SuiteError ? thrown.code : "internal";
    deps.log("warn", "after_create_failed", { entity_key: entity.claimed.entityKey, code });
  }
}

function partnerDeleted<Form>({ claimed, pair }: SyncEntity<Form>, mappingId: string | null): Effect | null {
  if (mappingId === null || pair.status === "archived") return null;
  return {
    ...effectOf(claimed, mappingId),
    mapping: { status: "archived", last_error: "partner_deleted", synced: false },
    tombstone: "deleted_in_odoo",
    log: [{ operation: "none", success: false, error_message: "partner_deleted", duration_ms: 0 }],
    events: [{
      level: "warn",
      message: `${claimed.entityKey}: its Odoo record was deleted in Odoo and is not made again`,
      event_type: "partner_deleted",
      metadata: { entity_key: claimed.entityKey },
    }],
  };
}
