/** The fields of a work item and where they live in a task. */
import type { Json } from "../json.ts";
import { archivedLens, descriptionLens, nameLens } from "./common_lenses.ts";
import { type Lens, type PlaneContext, relatedId, relatedIds, textOf } from "./lens.ts";
import { type IssueForm, PRIORITIES } from "./plane_forms.ts";

/** Odoo 19 has four levels, 17 and 18 two: what is above the top becomes the top. `low` and `none` are both the lowest. */
const LEVELS: Readonly<Record<(typeof PRIORITIES)[number], number>> = {
  urgent: 3,
  high: 2,
  medium: 1,
  low: 0,
  none: 0,
};

const priorityLens: Lens<IssueForm> = {
  field: "priority",
  odooField: "priority",
  planeValue: (form) => form.priority,
  odooValue: (record) => textOf(record.priority),
  toOdoo: (form, { capabilities: { priorities } }) => {
    // The key is a text: a number is a server error in Odoo.
    const priority = priorities[Math.min(LEVELS[form.priority], priorities.length - 1)] ?? "0";
    return { values: { priority }, value: priority };
  },
};

type Closed = "open" | "done" | "canceled";
const CLOSED_STATE: Readonly<Record<Exclude<Closed, "open">, string>> = {
  done: "1_done",
  canceled: "1_canceled",
};

function closedOf(state: unknown): Closed {
  return state === "1_done" ? "done" : state === "1_canceled" ? "canceled" : "open";
}

/**
 * `stage_id` is the column, `state` the workflow flag. Odoo keeps a closed flag when only the column changes, so both are
 * written together: closing with its flag, reopening with `01_in_progress`.
 */
const stateLens: Lens<IssueForm> = {
  field: "state",
  odooField: "stage_id",
  alsoReads: ["state"],
  planeValue: (form) => form.state === null ? null : form.state.id,
  odooValue: (record) => ({ stage: relatedId(record.stage_id), closed: closedOf(record.state) }),
  toOdoo: (form, { capabilities, references, odooNow }) => {
    if (form.state === null) return null;
    const stage = references.stages.get(form.state.id);
    if (stage === undefined) return null;
    const closed: Closed = form.state.group === "completed"
      ? "done"
      : form.state.group === "cancelled"
      ? "canceled"
      : "open";
    const values: Record<string, Json> = { stage_id: stage };
    const flag = closed !== "open"
      ? CLOSED_STATE[closed]
      : odooNow !== null && closedOf(odooNow.state) !== "open"
      ? "01_in_progress"
      : undefined;
    if (flag !== undefined && capabilities.taskStates.includes(flag)) values.state = flag;
    return { values, value: { stage, closed } };
  },
};

/**
 * A set on both sides: what was added or removed in Plane since the last agreement is added or removed in Odoo, and what
 * somebody added in Odoo stays. The base says which Odoo record each Plane id was: what a Plane id stands for changes when a
 * label is renamed or a person is mapped by hand.
 */
function setLens(
  field: string,
  odooField: string,
  planeIds: (form: IssueForm) => string[],
  partners: (context: PlaneContext) => ReadonlyMap<string, number | null>,
): Lens<IssueForm> {
  const partnerNow = (id: string, context: PlaneContext) => partners(context).get(id) ?? null;
  return {
    field,
    odooField,
    joins: true,
    // Ids without partner are left out, so that one which is matched later is a change. One whose match was lost keeps the
    // partner it had: nobody took it away.
    planeValue: (form, context) => {
      const former = partnersOf(context.planeBase);
      return Object.fromEntries(
        planeIds(form).flatMap((id) => {
          const partner = partnerNow(id, context) ?? former.get(id);
          return partner === undefined ? [] : [[id, partner] as const];
        }),
      );
    },
    odooValue: (record) => relatedIds(record[odooField]),
    toOdoo: (form, context) => {
      const now = planeIds(form);
      const removed = [...partnersOf(context.planeBase)]
        .filter(([id, former]) => !now.includes(id) || (partnerNow(id, context) ?? former) !== former)
        .map(([, former]) => former);
      const present = context.odooNow === null ? [] : relatedIds(context.odooNow[odooField]);
      // Two Plane values may share one Odoo partner: it stays while one of them is there.
      const wanted = now.map((id) => partnerNow(id, context)).filter((id) => id !== null);
      const value = [...new Set([...present.filter((id) => !removed.includes(id)), ...wanted])].sort((a, b) =>
        a - b
      );
      return { values: { [odooField]: [[6, 0, value]] }, value };
    },
  };
}

/** The base of a set: Plane id -> the Odoo id it stood for. */
function partnersOf(base: Json | undefined): Map<string, number> {
  if (typeof base !== "object" || base === null || Array.isArray(base)) return new Map();
  return new Map(
    Object.entries(base).flatMap(([id, partner]) =>
      typeof partner === "number" ? [[id, partner] as const] : []
    ),
  );
}

const assigneesLens = setLens(
  "assignees",
  "user_ids",
  (form) => form.assignees.map(({ id }) => id),
  ({ references }) => references.users,
);

const labelsLens = setLens(
  "labels",
  "tag_ids",
  (form) => form.labels.map(({ id }) => id),
  ({ references }) => references.tags,
);

/** A date in Plane; a date or a moment in Odoo. Noon UTC is the same day in most of the world. */
function dateLens(field: "start_date" | "target_date", odooField: string): Lens<IssueForm> {
  return {
    field,
    odooField,
    anyOdooField: true,
    planeValue: (form) => form[field],
    odooValue: (record, mapped) => textOf(record[mapped]).slice(0, 10) || null,
    toOdoo: (form, { odooField: mapped, capabilities }) => {
      const date = form[field];
      const isMoment = capabilities.taskFields[mapped]?.type === "datetime";
      return {
        values: { [mapped]: date === null ? false : isMoment ? `${date} 12:00:00` : date },
        value: date,
      };
    },
  };
}

const parentLens: Lens<IssueForm> = {
  field: "parent",
  odooField: "parent_id",
  planeValue: (form) => form.parent,
  odooValue: (record) => relatedId(record.parent_id),
  toOdoo: (form, { references }) => {
    if (form.parent === null) return { values: { parent_id: false }, value: null };
    // Plane lets an item be its own parent; Odoo refuses that.
    if (form.parent === form.id) return { values: { parent_id: false }, value: null };
    return references.parent === null
      ? null
      : { values: { parent_id: references.parent }, value: references.parent };
  },
};

export const ISSUE_LENSES: readonly Lens<IssueForm>[] = [
  nameLens,
  descriptionLens,
  priorityLens,
  stateLens,
  assigneesLens,
  labelsLens,
  dateLens("start_date", "planned_date_begin"),
  dateLens("target_date", "date_deadline"),
  parentLens,
  archivedLens,
];
