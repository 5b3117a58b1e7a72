/** The fields of a module and where they live in what it becomes: a project, a tag, or a task. All go to Odoo only. */
import type { Json } from "../../json.ts";
import { archivedLens, descriptionLens, nameLens } from "../lenses/common_lenses.ts";
import { type Lens, type LensContext, relatedId, relatedIds, textOf } from "../lenses/lens.ts";
import type { ModuleForm } from "./module_form.ts";
import { paragraphs } from "../projects/project_lenses.ts";
import { closedOf } from "../lenses/state_lens.ts";

/** The name of a module where its project is not at hand: in all of Odoo, or on a task of any project. */
export function moduleTitle(project: string, name: string): string {
  return `${project} / ${name}`;
}

function moduleName(titleOf: (form: ModuleForm, context: LensContext) => string): Lens<ModuleForm> {
  return {
    field: "name",
    odooField: "name",
    planeValue: titleOf,
    odooValue: (record) => textOf(record.name),
    toOdoo: (form, record, context) =>
      nameLens.toOdoo?.({ name: titleOf(form, context) }, record, context) ?? null,
    ...(nameLens.sameInOdoo === undefined ? {} : { sameInOdoo: nameLens.sameInOdoo }),
    ...(nameLens.sameInPlane === undefined ? {} : { sameInPlane: nameLens.sameInPlane }),
  };
}

/** "Project / Module"; a tag's name is unique in Odoo, so another may have been chosen. */
const titleLens = moduleName((form, { references: { planeProject, freeName } }) =>
  freeName ?? (planeProject === undefined ? form.name : moduleTitle(planeProject.name, form.name))
);

const ownNameLens = moduleName((form) => form.name);

function moduleHtml(form: ModuleForm): string {
  return form.description_html ?? paragraphs(form.description ?? "");
}

const moduleDescriptionLens: Lens<ModuleForm> = {
  field: "description",
  odooField: "description",
  planeValue: moduleHtml,
  odooValue: (record) => textOf(record.description),
  toOdoo: (form, record, context) =>
    descriptionLens.toOdoo?.({ description_html: moduleHtml(form) }, record, context) ?? null,
  ...(descriptionLens.sameInOdoo === undefined ? {} : { sameInOdoo: descriptionLens.sameInOdoo }),
  ...(descriptionLens.sameInPlane === undefined ? {} : { sameInPlane: descriptionLens.sameInPlane }),
};

/** What Odoo shows on a project's card, the closest first. */
const PROJECT_STATUS: Readonly<Record<ModuleForm["status"], readonly string[]>> = {
  backlog: ["to_define"],
  planned: ["to_define"],
  "in-progress": ["on_track"],
  paused: ["on_hold"],
  completed: ["done", "on_track"],
  cancelled: ["off_track"],
};

/** Odoo makes a status update of each change. */
const projectStatusLens: Lens<ModuleForm> = {
  field: "status",
  odooField: "last_update_status",
  planeValue: (form) => form.status,
  odooValue: (record) => textOf(record.last_update_status),
  toOdoo: (form, _record, { capabilities }) => {
    const keys = capabilities.projectFields.last_update_status?.keys ?? [];
    const status = PROJECT_STATUS[form.status].find((key) => keys.includes(key));
    return status === undefined ? null : { values: { last_update_status: status }, value: status };
  },
};

const TASK_STATE: Readonly<Partial<Record<ModuleForm["status"], string>>> = {
  completed: "1_done",
  cancelled: "1_canceled",
};

const taskStatusLens: Lens<ModuleForm> = {
  field: "status",
  odooField: "state",
  planeValue: (form) => form.status,
  odooValue: (record) => closedOf(record.state),
  toOdoo: (form, record) => {
    const flag = TASK_STATE[form.status];
    const reopens = record !== null && closedOf(record.state) !== "open";
    const state = flag ?? (reopens ? "01_in_progress" : undefined);
    const values: Record<string, Json> = state === undefined ? {} : { state };
    return { values, value: closedOf(flag) };
  },
  restore: {
    odoo: ({ from }) => {
      const closed = from === "done" ? "completed" : from === "canceled" ? "cancelled" : "backlog";
      return { values: { state: TASK_STATE[closed] ?? "01_in_progress" }, value: from };
    },
  },
};

function leadLens(
  odooField: string,
  seen: (record: Record<string, unknown>) => number | null,
  written: (user: number | null) => Json,
): Lens<ModuleForm> {
  return {
    field: "lead",
    odooField,
    planeValue: (form) => form.lead,
    odooValue: seen,
    toOdoo: (form, _record, { references }) => {
      const user = form.lead === null ? null : references.users.get(form.lead) ?? null;
      if (form.lead !== null && user === null) return null;
      return { values: { [odooField]: written(user) }, value: user };
    },
    restore: { odoo: ({ from }) => ({ values: { [odooField]: written(relatedId(from)) }, value: from }) },
  };
}

export const MODULE_PROJECT_LENSES: readonly Lens<ModuleForm>[] = [
  titleLens,
  moduleDescriptionLens,
  projectStatusLens,
  leadLens("user_id", (record) => relatedId(record.user_id), (user) => user ?? false),
  archivedLens,
];

export const MODULE_TAG_LENSES: readonly Lens<ModuleForm>[] = [titleLens];

export const MODULE_TASK_LENSES: readonly Lens<ModuleForm>[] = [
  ownNameLens,
  moduleDescriptionLens,
  taskStatusLens,
  leadLens(
    "user_ids",
    (record) => relatedIds(record.user_ids)[0] ?? null,
    (user) => [[6, 0, user === null ? [] : [user]]],
  ),
  archivedLens,
];
