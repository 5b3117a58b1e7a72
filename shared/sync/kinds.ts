/** Every kind of pair this version knows. */
import { COMMENT_KIND } from "./comments/comment_kind.ts";
import type { ConfigurableKind } from "./pairs/check_pair.ts";
import { CYCLE_KIND } from "./planning/cycle_kind.ts";
import { DOCUMENT_KINDS } from "./documents/document_kind.ts";
import { genericKind } from "./generic/generic_kind.ts";
import { ISSUE_KIND } from "./issues/issue_kind.ts";
import type { Kind, PlaneForm } from "./pairs/kind.ts";
import { MODULE_PROJECT_KIND, MODULE_TAG_KIND, MODULE_TASK_KIND } from "./planning/module_kind.ts";
import { PROJECT_KIND } from "./projects/project_kind.ts";

/** Calls a function with a kind whose form nobody but the kind itself has to know. */
export type UsesKind<Result> = <Form extends PlaneForm>(kind: Kind<Form>) => Result;

/** A kind without its form's type: it is given what to do, and does it with itself. */
export interface AnyKind extends ConfigurableKind {
  planeType: string;
  odooModel: string;
  isDescribedByOdoo: boolean;
  use<Result>(act: UsesKind<Result>): Result;
}

function anyKind<Form extends PlaneForm>(kind: Kind<Form>): AnyKind {
  const { planeType, odooModel, directions, odooFields, ownOptions, problems } = kind;
  return {
    planeType,
    odooModel,
    directions,
    odooFields,
    ownOptions,
    problems,
    isDescribedByOdoo: kind.isDescribedByOdoo === true,
    lensesFor: (config, fields) => kind.lensesFor(config, fields),
    use: (act) => act(kind),
  };
}

const PLANNING_KINDS = [
  anyKind(CYCLE_KIND),
  ...[MODULE_PROJECT_KIND, MODULE_TAG_KIND, MODULE_TASK_KIND].map((kind) => anyKind(kind)),
];

const KINDS: readonly AnyKind[] = [
  ...PLANNING_KINDS,
  anyKind(PROJECT_KIND),
  anyKind(ISSUE_KIND),
  anyKind(COMMENT_KIND),
  ...DOCUMENT_KINDS.map((kind) => anyKind(kind)),
];

/** Work items may be paired with any model of Odoo's, by what the configuration says of its fields. */
export function kindOf(planeType: string, odooModel: string): AnyKind | undefined {
  const known = KINDS.filter((kind) => kind.odooModel === odooModel);
  const kind = known.find((candidate) => candidate.planeType === planeType);
  return kind ?? (planeType === "issue" && known.length === 0 ? anyKind(genericKind(odooModel)) : undefined);
}

/** The models of enabled pairs whose fields must be asked of Odoo before their configuration can be judged. */
export function modelsToDescribe(
  rows: readonly { plane_type: string; odoo_model: string; enabled: boolean }[],
): string[] {
  const asks = rows.filter((row) => row.enabled && kindOf(row.plane_type, row.odoo_model)?.isDescribedByOdoo);
  return [...new Set(asks.map(({ odoo_model }) => odoo_model))];
}
