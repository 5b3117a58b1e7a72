/** Which kinds of pairs a sweep looks after: those the configuration switches on and this version knows. */
import type { OdooCapabilities } from "../odoo/capabilities.ts";
import type { ConfigRow, MappingRow } from "../store/engine/sync_store.ts";
import { configOf, type PairConfig, waysOf } from "../sync/pairs/configuration.ts";
import { withFieldsOf } from "../sync/pairs/module_models.ts";
import type { SyncDependencies } from "../sync/sides/dependencies.ts";
import type { Kind, PlaneForm } from "../sync/pairs/kind.ts";
import { type AnyKind, kindOf } from "../sync/kinds.ts";
import type { ActiveLens } from "../sync/plan/plan_input.ts";
import { describing } from "../sync/process.ts";
import { lensesOf } from "../sync/process_record.ts";

export interface SweptKind {
  any: AnyKind;
  config: PairConfig;
  ways: { toOdoo: boolean; toPlane: boolean };
}

export function sweptKinds(configs: readonly ConfigRow[], hasPlane: boolean): SweptKind[] {
  return configs.flatMap((row) => {
    const any = kindOf(row.plane_type, row.odoo_model);
    const config = configOf(row);
    const allowed = waysOf(config, null);
    const ways = { ...allowed, toPlane: allowed.toPlane && hasPlane };
    return any === undefined || (!ways.toOdoo && !ways.toPlane) ? [] : [{ any, config, ways }];
  });
}

/** The kind a mapped record belongs to; undefined: it is switched off. A module's row stands for whatever it has become. */
export function kindFor(
  kinds: readonly SweptKind[],
  { plane_type, odoo_model }: MappingRow,
): SweptKind | undefined {
  const ofType = kinds.filter(({ any }) => any.planeType === plane_type);
  const known = ofType.find(({ any }) => any.odooModel === odoo_model);
  const [row] = ofType;
  if (known !== undefined || plane_type !== "module" || row === undefined) return known;
  const any = kindOf(plane_type, odoo_model);
  return any === undefined ? undefined : { ...row, any, config: withFieldsOf(odoo_model, row.config) };
}

/** The lenses of a kind at work, the Odoo fields they read, and what this Odoo can hold. */
export async function lensesIn<Form extends PlaneForm>(
  kind: Kind<Form>,
  { any, config, ways }: SweptKind,
  deps: SyncDependencies,
): Promise<{ lenses: ActiveLens<Form>[]; fields: string[]; capabilities: OdooCapabilities }> {
  const capabilities = await (any.isDescribedByOdoo ? describing(any.odooModel, deps) : deps).capabilities();
  return { ...lensesOf({ kind, config, ways }, capabilities), capabilities };
}
