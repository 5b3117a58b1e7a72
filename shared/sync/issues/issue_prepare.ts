/** What a work item and its task point at, and what making one on either side takes besides. */
import type { SyncDependencies } from "../sides/dependencies.ts";
import { TASK_MODEL } from "../sides/models.ts";
import { type Addresses, addressesOf } from "../sides/link_address.ts";
import { NO_REFERENCES } from "../lenses/lens.ts";
import type { Prepared, PrepareInput } from "../pairs/kind.ts";
import type { IssueForm } from "../sides/plane_forms.ts";
import { towardsOdoo } from "./issue_towards_odoo.ts";
import { towardsPlane } from "./issue_towards_plane.ts";

export async function prepareIssue(
  input: PrepareInput<IssueForm>,
  deps: SyncDependencies,
): Promise<Prepared> {
  const forth = input.form === null ? null : await towardsOdoo(input.form, input, deps);
  const back = input.record === null || input.changedInOdoo.size === 0
    ? null
    : await towardsPlane(input.record, input, deps);
  return {
    references: {
      ...NO_REFERENCES,
      ...forth?.references,
      ...back?.references,
      addresses: await addressesFor(input, TASK_MODEL, deps),
    },
    onCreateInOdoo: forth?.onCreate ?? {},
    onCreateInPlane: {},
    ...(forth?.place === undefined ? {} : { placeInOdoo: forth.place }),
    waitsFor: [...forth?.waitsFor ?? [], ...back?.waitsFor ?? []],
    unmatched: [...forth?.unmatched ?? [], ...back?.unmatched ?? []],
    heldBack: back?.heldBack ?? [],
  };
}

/** Looked up where a mapped field needs them. */
export async function addressesFor(
  { form, record, lenses }: PrepareInput<IssueForm>,
  model: string,
  deps: SyncDependencies,
): Promise<Addresses> {
  const numbered = lenses.some(({ lens }) => lens.field === "identifier");
  return await addressesOf({ model, id: record?.id ?? null }, numbered ? form?.project ?? null : null, deps);
}
