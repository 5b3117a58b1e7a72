/** Plane's state against Odoo's column (`stage_id`) and workflow flag (`state`). */
import type { Json } from "../../json.ts";
import type { OdooRecord } from "../../odoo/client.ts";
import { type Lens, type LensContext, relatedId } from "./lens.ts";
import type { IssueForm, PlaneState } from "../sides/plane_forms.ts";

export type Closed = "open" | "done" | "canceled";

const CLOSED_STATE: Readonly<Record<Exclude<Closed, "open">, string>> = {
  done: "1_done",
  canceled: "1_canceled",
};
const CLOSED_GROUP: Readonly<Record<Exclude<Closed, "open">, PlaneState["group"]>> = {
  done: "completed",
  canceled: "cancelled",
};

/** What Odoo's workflow flag says about being closed. */
export function closedOf(state: unknown): Closed {
  return state === "1_done" ? "done" : state === "1_canceled" ? "canceled" : "open";
}

/** A task without project is its user's own: Odoo refuses it a column. */
function isPrivate(record: OdooRecord): boolean {
  return record.project_id === false;
}

/**
 * Odoo keeps a closed flag when only the column changes, so both are written together: closing with its flag, reopening with
 * `01_in_progress`. On the way back a closed flag counts more than the column: people in Odoo close a task where it stands.
 */
export const stateLens: Lens<IssueForm> = {
  field: "state",
  odooField: "stage_id",
  alsoReads: ["state"],
  isBlankInOdoo: (record) =>
    relatedId(record.stage_id) === null && closedOf(record.state) === "open" && !isPrivate(record),
  planeValue: (form) => form.state === null ? null : form.state.id,
  odooValue: (record) => ({ stage: relatedId(record.stage_id), closed: closedOf(record.state) }),
  toOdoo: (form, record, { capabilities, references }) => {
    if (form.state === null) return null;
    const stage = references.stages.get(form.state.id);
    if (stage === undefined) return null;
    const closed: Closed = form.state.group === "completed"
      ? "done"
      : form.state.group === "cancelled"
      ? "canceled"
      : "open";
    const column = record !== null && isPrivate(record) ? null : stage;
    const values: Record<string, Json> = column === null ? {} : { stage_id: column };
    const flag = closed !== "open"
      ? CLOSED_STATE[closed]
      : record !== null && closedOf(record.state) !== "open"
      ? "01_in_progress"
      : undefined;
    if (flag !== undefined && capabilities.taskStates.includes(flag)) values.state = flag;
    return { values, value: { stage: column, closed } };
  },
  toPlane: (record, form, context) => {
    const state = stateFor(record, form, context);
    return state === null ? null : { values: { state }, value: state };
  },
  formValues: (value, { references }) => {
    const state = references.states.find(({ id }) => id === value);
    return state === undefined ? null : { state };
  },
  valuesFor: (form) => ({ state: form.state?.id ?? null }),
  restore: {
    plane: ({ from }) => ({ values: { state: from }, value: from }),
    odoo: ({ from }, record, { capabilities }) => {
      const { stage = null, closed = "open" } = from as { stage?: number | null; closed?: Closed };
      const flag = closed !== "open"
        ? CLOSED_STATE[closed]
        : closedOf(record.state) !== "open"
        ? "01_in_progress"
        : undefined;
      return {
        values: {
          ...(isPrivate(record) ? {} : { stage_id: stage ?? false }),
          ...(flag !== undefined && capabilities.taskStates.includes(flag) ? { state: flag } : {}),
        },
        value: { stage: isPrivate(record) ? null : stage, closed },
      };
    },
  },
};

/**
 * The state that stands for where the task is: of those of its stage one that is closed in the same way, else any that is, else
 * the stage's own. A task without stage in an open project has none; the item then keeps its state.
 */
function stateFor(
  record: OdooRecord,
  form: IssueForm | null,
  { references, odooBase, planeBase }: LensContext,
): string | null {
  const stage = relatedId(record.stage_id);
  const closed = closedOf(record.state);
  const ofStage = stage === null ? [] : references.statesOfStage.get(stage) ?? [];
  const groupOf = (id: string) => references.states.find((state) => state.id === id)?.group;
  const fits = (id: string) => closed === "open" || groupOf(id) === CLOSED_GROUP[closed];
  const present = form?.state?.id;
  if (present !== undefined && ofStage.includes(present) && fits(present)) return present;
  // Reopened where it stands: the flag went, the column did not, and the column's own state is a closed one.
  const wasClosedHere = typeof odooBase === "object" && odooBase !== null && "closed" in odooBase &&
    odooBase.closed !== "open" && "stage" in odooBase && odooBase.stage === stage;
  if (closed === "open" && wasClosedHere) {
    const open = ofStage.find((id) => !isClosed(groupOf(id))) ??
      references.states.find(({ group }) => group === "started" || group === "unstarted")?.id;
    if (open !== undefined) return open;
  }
  const best = ofStage.find(fits) ??
    (closed === "open" ? undefined : references.states.find(({ id }) => fits(id))?.id) ?? ofStage[0];
  return best ?? (stage === null && typeof planeBase === "string" ? planeBase : null);
}

function isClosed(group: PlaneState["group"] | undefined): boolean {
  return group === "completed" || group === "cancelled";
}
