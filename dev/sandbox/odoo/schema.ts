/** The models of the sandbox: the fields the synchronisation touches, with Odoo's labels, keys and orders. */

export type FieldKind =
  | "boolean"
  | "char"
  | "date"
  | "datetime"
  | "float"
  | "html"
  | "integer"
  | "many2many"
  | "many2one"
  | "one2many"
  | "selection"
  | "text";

export interface Field {
  kind: FieldKind;
  label: string;
  required?: true;
  readonly?: true;
  /** The model a relation points at. */
  relation?: string;
  /** On `one2many`: the field of the other model. On `many2many`: the field there that holds the same links. */
  mirror?: string;
  keys?: readonly (readonly [key: string, label: string])[];
  initial?: string | number | boolean;
  /** What an id that is not there gives: a MissingError (the default) or a foreign key violation. */
  dangling?: "foreign_key";
  /** The value is worked out when read; it is never stored. */
  computed?: true;
  /** Kept once per language. */
  translated?: true;
  /** Archived records are in the list like the others. */
  withArchived?: true;
}

export interface Model {
  name: string;
  label: string;
  order: string;
  fields: Readonly<Record<string, Field>>;
}

export type Schema = Readonly<Record<string, Model>>;

const BOOKKEEPING: Record<string, Field> = {
  display_name: { kind: "char", label: "Display Name", computed: true },
  create_date: { kind: "datetime", label: "Created on", readonly: true },
  create_uid: { kind: "many2one", label: "Created by", relation: "res.users", readonly: true },
  write_date: { kind: "datetime", label: "Last Updated on", readonly: true },
  write_uid: { kind: "many2one", label: "Last Updated by", relation: "res.users", readonly: true },
};
const ACTIVE: Field = { kind: "boolean", label: "Active", initial: true };

const STATES = [
  ["01_in_progress", "In Progress"],
  ["02_changes_requested", "Changes Requested"],
  ["03_approved", "Approved"],
  ["1_done", "Done"],
  ["1_canceled", "Cancelled"],
  ["04_waiting_normal", "Waiting"],
] as const;

/** Four levels since 19; before that a star or none. */
function priorities(version: number): Field["keys"] {
  if (version < 19) return [["0", "Low"], ["1", "High"]];
  return [["0", "Low priority"], ["1", "Medium priority"], ["2", "High priority"], ["3", "Urgent"]];
}

/** The models as a server of this major version has them. */
export function schemaOf(version: number): Schema {
  const task = model("project.task", "Task", "priority desc, sequence, date_deadline asc, id desc", {
    active: ACTIVE,
    name: { kind: "char", label: "Title", required: true },
    description: { kind: "html", label: "Description" },
    priority: { kind: "selection", label: "Priority", keys: priorities(version), initial: "0" },
    sequence: { kind: "integer", label: "Sequence", initial: 10 },
    color: { kind: "integer", label: "Color Index" },
    state: { kind: "selection", label: "State", required: true, keys: STATES, initial: "01_in_progress" },
    is_closed: { kind: "boolean", label: "Closed state", computed: true },
    stage_id: { kind: "many2one", label: "Stage", relation: "project.task.type" },
    project_id: { kind: "many2one", label: "Project", relation: "project.project" },
    parent_id: { kind: "many2one", label: "Parent Task", relation: "project.task", dangling: "foreign_key" },
    child_ids: { kind: "one2many", label: "Sub-tasks", relation: "project.task", mirror: "parent_id" },
    display_in_project: { kind: "boolean", label: "Display In Project", computed: true },
    user_ids: { kind: "many2many", label: "Assignees", relation: "res.users", withArchived: true },
    tag_ids: { kind: "many2many", label: "Tags", relation: "project.tags", dangling: "foreign_key" },
    milestone_id: { kind: "many2one", label: "Milestone", relation: "project.milestone" },
    partner_id: { kind: "many2one", label: "Customer", relation: "res.partner" },
    date_deadline: { kind: "datetime", label: "Deadline" },
    allocated_hours: { kind: "float", label: "Allocated Time" },
    access_url: { kind: "char", label: "Portal Access URL", computed: true },
  });
  const project = model("project.project", "Project", "sequence, name, id", {
    active: ACTIVE,
    name: { kind: "char", label: "Name", required: true, translated: true },
    description: { kind: "html", label: "Description" },
    sequence: { kind: "integer", label: "Sequence", initial: 10 },
    color: { kind: "integer", label: "Color Index" },
    partner_id: { kind: "many2one", label: "Customer", relation: "res.partner" },
    user_id: { kind: "many2one", label: "Project Manager", relation: "res.users" },
    date_start: { kind: "date", label: "Start Date" },
    date: { kind: "date", label: "Expiration Date" },
    privacy_visibility: {
      kind: "selection",
      label: "Visibility",
      required: true,
      keys: [
        ["followers", "Invited internal users (private)"],
        ...(version < 19 ? [] : [["invited_users", "Invited internal and portal users"] as const]),
        ["employees", "All internal users"],
        ["portal", "All internal users and invited portal users"],
      ],
      initial: "portal",
    },
    allow_milestones: { kind: "boolean", label: "Milestones" },
    allow_task_dependencies: { kind: "boolean", label: "Task Dependencies" },
    type_ids: {
      kind: "many2many",
      label: "Tasks Stages",
      relation: "project.task.type",
      mirror: "project_ids",
    },
    tag_ids: { kind: "many2many", label: "Tags", relation: "project.tags", dangling: "foreign_key" },
    task_ids: { kind: "one2many", label: "Tasks", relation: "project.task", mirror: "project_id" },
    milestone_ids: {
      kind: "one2many",
      label: "Milestones",
      relation: "project.milestone",
      mirror: "project_id",
    },
  });
  const stage = model("project.task.type", "Task Stage", "sequence, id", {
    active: ACTIVE,
    name: { kind: "char", label: "Name", required: true, translated: true },
    sequence: { kind: "integer", label: "Sequence", initial: 1 },
    fold: { kind: "boolean", label: "Folded" },
    color: { kind: "integer", label: "Color" },
    project_ids: { kind: "many2many", label: "Projects", relation: "project.project", withArchived: true },
    user_id: { kind: "many2one", label: "Stage Owner", relation: "res.users" },
  });
  return table([task, project, stage, ...people(), ...others()]);
}

function people(): Model[] {
  return [
    model("res.users", "User", "name, login", {
      active: ACTIVE,
      name: { kind: "char", label: "Name", required: true },
      login: { kind: "char", label: "Login", required: true },
      email: { kind: "char", label: "Email" },
      partner_id: { kind: "many2one", label: "Related Partner", relation: "res.partner" },
      share: { kind: "boolean", label: "Share User" },
      lang: { kind: "char", label: "Language", initial: "en_US" },
      tz: { kind: "char", label: "Timezone" },
    }),
    model("res.partner", "Contact", "name, id desc", {
      active: ACTIVE,
      name: { kind: "char", label: "Name" },
      email: { kind: "char", label: "Email" },
    }),
  ];
}

function others(): Model[] {
  return [
    model("project.tags", "Project Tags", "name", {
      name: { kind: "char", label: "Name", required: true, translated: true },
      color: { kind: "integer", label: "Color", initial: 1 },
    }),
    model("project.milestone", "Project Milestone", "sequence, deadline, is_reached desc, name", {
      name: { kind: "char", label: "Name", required: true },
      sequence: { kind: "integer", label: "Sequence", initial: 10 },
      project_id: { kind: "many2one", label: "Project", relation: "project.project", required: true },
      deadline: { kind: "date", label: "Deadline" },
      is_reached: { kind: "boolean", label: "Reached" },
      reached_date: { kind: "date", label: "Reached Date", readonly: true },
    }),
    model("mail.message", "Message", "id desc", {
      body: { kind: "html", label: "Contents" },
      model: { kind: "char", label: "Related Document Model" },
      res_id: { kind: "integer", label: "Related Document ID" },
      message_type: { kind: "char", label: "Type", required: true, initial: "notification" },
      author_id: { kind: "many2one", label: "Author", relation: "res.partner" },
      date: { kind: "datetime", label: "Date" },
      is_internal: { kind: "boolean", label: "Employee Only" },
    }),
    model("ir.model.data", "Model Data", "module, model, name", {
      module: { kind: "char", label: "Module", required: true },
      name: { kind: "char", label: "External Identifier", required: true },
      model: { kind: "char", label: "Model Name", required: true },
      res_id: { kind: "integer", label: "Record ID" },
      noupdate: { kind: "boolean", label: "Non Updatable" },
    }),
  ];
}

function model(name: string, label: string, order: string, fields: Record<string, Field>): Model {
  return {
    name,
    label,
    order,
    fields: { id: { kind: "integer", label: "ID", readonly: true }, ...fields, ...BOOKKEEPING },
  };
}

function table(models: Model[]): Schema {
  return Object.fromEntries(models.map((entry) => [entry.name, entry]));
}
