/** Every kind of pair this version knows. */
import { COMMENT_KIND } from "./comment_kind.ts";
import type { ConfigurableKind } from "./configuration.ts";
import { CYCLE_KIND } from "./cycle_kind.ts";
import { ISSUE_KIND } from "./issue_kind.ts";
import type { Kind, PlaneForm } from "./kind.ts";
import { MODULE_PROJECT_KIND, MODULE_TAG_KIND, MODULE_TASK_KIND } from "./module_kind.ts";
import { PROJECT_KIND } from "./project_kind.ts";

/** Calls a function with a kind whose form nobody but the kind itself has to know. */
export type UsesKind<Result> = <Form extends PlaneForm>(kind: Kind<Form>) => Result;

/** A kind without its form's type: it is given what to do, and does it with itself. */
export interface AnyKind extends ConfigurableKind {
  planeType: string;
  odooModel: string;
  use<Result>(act: UsesKind<Result>): Result;
}

export function anyKind<Form extends PlaneForm>(kind: Kind<Form>): AnyKind {
  const { planeType, odooModel, directions, odooFields } = kind;
  return {
    planeType,
    odooModel,
    directions,
    odooFields,
    lensesFor: (config, fields) => kind.lensesFor(config, fields),
    use: (act) => act(kind),
  };
}

const PLANNING_KINDS = [
  anyKind(CYCLE_KIND),
  ...[MODULE_PROJECT_KIND, MODULE_TAG_KIND, MODULE_TASK_KIND].map((kind) => anyKind(kind)),
];

const KINDS: readonly AnyKind[] = [...PLANNING_KINDS,
  anyKind(PROJECT_KIND), anyKind(ISSUE_KIND), anyKind(COMMENT_KIND)];

export function kindOf(planeType: string, odooModel: string): AnyKind | undefined {
  return KINDS.find((kind) => kind.planeType === planeType && kind.odooModel === odooModel);
}
