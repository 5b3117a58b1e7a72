/** The fields of a work item and where they live in a task. */
import { archivedLens, descriptionLens, nameLens } from "../lenses/common_lenses.ts";
import type { OdooRecord } from "../../odoo/client.ts";
import { type Lens, type LensContext, relatedId, textOf } from "../lenses/lens.ts";
import { type IssueForm, PRIORITIES } from "../sides/plane_forms.ts";
import { setLens } from "../lenses/set_lens.ts";
import { stateLens } from "../lenses/state_lens.ts";

type Priority = (typeof PRIORITIES)[number];

/** Odoo 19 has four levels, 17 and 18 two: what is above the top becomes the top. `low` and `none` are both the lowest. */
const LEVELS: Readonly<Record<Priority, number>> = { urgent: 3, high: 2, medium: 1, low: 0, none: 0 };
/** What a level is in Plane where nothing says more; the lowest is what Odoo gives a task nobody rated. */
const NAMES: readonly Priority[] = ["none", "medium", "high", "urgent"];

function levelIn(priorities: readonly string[], priority: Priority): string {
  return priorities[Math.min(LEVELS[priority], priorities.length - 1)] ?? "0";
}

const priorityLens: Lens<IssueForm> = {
  field: "priority",
  odooField: "priority",
  planeValue: (form) => form.priority,
  odooValue: (record) => textOf(record.priority),
  // The key is a text: a number is a server error in Odoo.
  toOdoo: (form, _record, { capabilities: { priorities } }) => {
    const priority = levelIn(priorities, form.priority);
    return { values: { priority }, value: priority };
  },
  // Several of Plane's words may be one level: the one that is there is kept as long as it still says the same.
  toPlane: (record, form, { capabilities: { priorities } }) => {
    const level = textOf(record.priority);
    if (form !== null && levelIn(priorities, form.priority) === level) {
      return { values: { priority: form.priority }, value: form.priority };
    }
    const at = Math.max(priorities.indexOf(level), 0);
    const top = at > 0 && at === priorities.length - 1;
    const priority = (priorities.length <= 2 && top ? "high" : NAMES[at]) ?? "none";
    return { values: { priority }, value: priority };
  },
};

const assigneesLens = setLens<IssueForm>({
  field: "assignees",
  odooField: "user_ids",
  planeField: "assignees",
  planeIds: (form) => form.assignees.map(({ id }) => id),
  partners: ({ references }) => references.users,
  planePartners: ({ references }) => references.people,
});

const labelsLens = setLens<IssueForm>({
  field: "labels",
  odooField: "tag_ids",
  planeField: "labels",
  planeIds: (form) => form.labels.map(({ id }) => id),
  partners: ({ references }) => references.tags,
  planePartners: ({ references }) => references.labels,
});

/** A date in Plane; a date or a moment in Odoo. Noon UTC is the same day in most of the world. */
function dateLens(field: "start_date" | "target_date", odooField: string): Lens<IssueForm> {
  return {
    field,
    odooField,
    odooTypes: ["date", "datetime"],
    planeValue: (form) => form[field],
    odooValue: (record, { odooField: mapped }) => textOf(record[mapped]).slice(0, 10) || null,
    toOdoo: (form, _record, { odooField: mapped, capabilities }) => {
      const date = form[field];
      const isMoment = capabilities.taskFields[mapped]?.type === "datetime";
      return {
        values: { [mapped]: date === null ? false : isMoment ? `${date} 12:00:00` : date },
        value: date,
      };
    },
    toPlane: (record, _form, { odooField: mapped }) => {
      const date = textOf(record[mapped]).slice(0, 10) || null;
      return { values: { [field]: date }, value: date };
    },
    restore: {
      odoo: ({ from }, _record, { odooField: mapped, capabilities }) => {
        const isMoment = capabilities.taskFields[mapped]?.type === "datetime";
        return {
          values: { [mapped]: from === null ? false : isMoment ? `${from} 12:00:00` : from },
          value: from,
        };
      },
    },
  };
}

/** Odoo's parent task, as far as it is a parent in Plane too. */
function parentOf(record: OdooRecord, { references }: LensContext): number | null {
  const id = relatedId(record.parent_id);
  return id === references.moduleTask ? null : id;
}

const parentLens: Lens<IssueForm> = {
  field: "parent",
  odooField: "parent_id",
  alsoReads: ["milestone_id"],
  // Plane lets an item be its own parent, which means nothing.
  planeValue: (form) => form.parent === form.id ? null : form.parent,
  odooValue: parentOf,
  toOdoo: (form, record, { references }) => {
    if (form.parent === null || form.parent === form.id) return { values: { parent_id: false }, value: null };
    const { parent } = references;
    if (parent === null) return null;
    // Odoo gives a task its new parent's milestone when it has none; in Plane it is in no cycle.
    const isFree = record !== null && relatedId(record.milestone_id) === null;
    return { values: { parent_id: parent, ...(isFree ? { milestone_id: false } : {}) }, value: parent };
  },
  toPlane: (record, _form, context) => {
    const { references } = context;
    if (parentOf(record, context) === null) return { values: { parent: null }, value: null };
    return references.planeParent === null
      ? null
      : { values: { parent: references.planeParent }, value: references.planeParent };
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
