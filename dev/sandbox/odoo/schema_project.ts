/** Projects, tasks, stages, tags and milestones. */
import { ACTIVE, type Field, type Model, model, thread } from "./field.ts";

const STATES = [
  ["01_in_progress", "In Progress"],
  ["02_changes_requested", "Changes Requested"],
  ["03_approved", "Approved"],
  ["1_done", "Done"],
  ["1_canceled", "Cancelled"],
  ["04_waiting_normal", "Waiting"],
] as const;

const UPDATE_STATUSES = [
  ["on_track", "On Track"],
  ["at_risk", "At Risk"],
  ["off_track", "Off Track"],
  ["on_hold", "On Hold"],
  ["to_define", "Set Status"],
  ["done", "Complete"],
] as const;

/** Four levels since 19; before that a star or none. */
function priorities(version: number): Field["keys"] {
  if (version < 19) return [["0", "Low"], ["1", "High"]];
  return [["0", "Low priority"], ["1", "Medium priority"], ["2", "High priority"], ["3", "Urgent"]];
}

/** The project application's models as a server of this major version has them. */
export function projectModels(version: number): Model[] {
  const task = thread("project.task", "Task", "priority desc, sequence, date_deadline asc, id desc", {
    active: ACTIVE,
    name: { kind: "char", label: "Title", required: true, tracked: true },
    description: { kind: "html", label: "Description" },
    priority: {
      kind: "selection",
      label: "Priority",
      keys: priorities(version),
      initial: "0",
      tracked: true,
    },
    sequence: { kind: "integer", label: "Sequence", initial: 10 },
    color: { kind: "integer", label: "Color Index" },
    state: {
      kind: "selection",
      label: "State",
      required: true,
      keys: STATES,
      initial: "01_in_progress",
      tracked: true,
    },
    is_closed: { kind: "boolean", label: "Closed state", computed: true },
    stage_id: { kind: "many2one", label: "Stage", relation: "project.task.type", tracked: true },
    project_id: { kind: "many2one", label: "Project", relation: "project.project" },
    parent_id: {
      kind: "many2one",
      label: "Parent Task",
      relation: "project.task",
      dangling: "foreign_key",
      tracked: true,
    },
    child_ids: { kind: "one2many", label: "Sub-tasks", relation: "project.task", mirror: "parent_id" },
    display_in_project: { kind: "boolean", label: "Display In Project", computed: true },
    user_ids: {
      kind: "many2many",
      label: "Assignees",
      relation: "res.users",
      withArchived: true,
      tracked: true,
    },
    tag_ids: { kind: "many2many", label: "Tags", relation: "project.tags", dangling: "foreign_key" },
    milestone_id: { kind: "many2one", label: "Milestone", relation: "project.milestone", tracked: true },
    partner_id: { kind: "many2one", label: "Customer", relation: "res.partner" },
    date_deadline: { kind: "datetime", label: "Deadline", tracked: true },
    allocated_hours: { kind: "float", label: "Allocated Time", tracked: true },
    access_url: { kind: "char", label: "Portal Access URL", computed: true },
  });
  const project = thread("project.project", "Project", "sequence, name, id", {
    active: ACTIVE,
    name: { kind: "char", label: "Name", required: true, translated: true, tracked: true },
    description: { kind: "html", label: "Description" },
    sequence: { kind: "integer", label: "Sequence", initial: 10 },
    color: { kind: "integer", label: "Color Index" },
    partner_id: { kind: "many2one", label: "Customer", relation: "res.partner" },
    user_id: {
      kind: "many2one",
      label: "Project Manager",
      relation: "res.users",
      dangling: "foreign_key",
      tracked: true,
    },
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
    last_update_status: {
      kind: "selection",
      label: "Status",
      required: true,
      keys: UPDATE_STATUSES,
      initial: "to_define",
    },
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
  return [task, project, stage, ...small()];
}

function small(): Model[] {
  return [
    model("project.tags", "Project Tags", "name", {
      name: { kind: "char", label: "Name", required: true, translated: true },
      color: { kind: "integer", label: "Color", initial: 1 },
    }),
    thread("project.milestone", "Project Milestone", "sequence, deadline, is_reached desc, name", {
      name: { kind: "char", label: "Name", required: true },
      sequence: { kind: "integer", label: "Sequence", initial: 10 },
      project_id: {
        kind: "many2one",
        label: "Project",
        relation: "project.project",
        required: true,
        dangling: "foreign_key",
      },
      deadline: { kind: "date", label: "Deadline", tracked: true },
      is_reached: { kind: "boolean", label: "Reached" },
      reached_date: { kind: "date", label: "Reached Date", readonly: true },
      task_ids: { kind: "one2many", label: "Tasks", relation: "project.task", mirror: "milestone_id" },
    }),
  ];
}
