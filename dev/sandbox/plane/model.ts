/** The records of the sandbox. Names are Plane's own; stamps are microseconds, references are ids. */
import type { Micros } from "./clock.ts";
import type { JsonObject } from "./python_json.ts";

export interface User {
  readonly id: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly email: string;
  readonly display_name: string;
  readonly is_bot: boolean;
  timezone: string;
}

export interface ApiKey {
  readonly token: string;
  readonly userId: string;
  /** Requests a minute: 60, or 300 for a service key. */
  readonly limit: number;
  readonly expired: boolean;
}

/** Guest 5, member 15, admin 20. */
export type Role = 5 | 15 | 20;

export interface Membership {
  readonly id: string;
  readonly userId: string;
  role: Role;
}

export interface Stored {
  readonly id: string;
  created_at: Micros;
  updated_at: Micros;
  created_by: string | null;
  updated_by: string | null;
}

export interface External {
  external_id: string | null;
  external_source: string | null;
}

export interface Project extends Stored, External {
  name: string;
  identifier: string;
  description: string;
  network: number;
  timezone: string;
  archived_at: Micros | null;
  default_assignee: string | null;
  project_lead: string | null;
  flags: Record<ProjectFlag, boolean>;
  readonly members: Membership[];
  /** The number the next work item gets; a deleted item's number is never used again. */
  nextSequence: number;
}

export const PROJECT_FLAGS = [
  "module_view",
  "cycle_view",
  "issue_views_view",
  "page_view",
  "intake_view",
  "is_time_tracking_enabled",
  "is_issue_type_enabled",
  "guest_view_all_features",
] as const;
export type ProjectFlag = typeof PROJECT_FLAGS[number];

export type StateGroup = "backlog" | "unstarted" | "started" | "completed" | "cancelled" | "triage";

export interface State extends Stored, External {
  readonly project: string;
  name: string;
  description: string;
  color: string;
  slug: string;
  sequence: number;
  group: StateGroup;
  default: boolean;
}

export interface Label extends Stored, External {
  readonly project: string;
  name: string;
  description: string;
  color: string;
  sort_order: number;
  parent: string | null;
}

export const PRIORITIES = ["urgent", "high", "medium", "low", "none"] as const;

export interface WorkItem extends Stored, External {
  readonly project: string;
  name: string;
  description_html: string;
  description_json: JsonObject;
  priority: string;
  state: string;
  parent: string | null;
  assignees: string[];
  labels: string[];
  start_date: string | null;
  target_date: string | null;
  completed_at: Micros | null;
  /** A day, as the web app sets it. */
  archived_at: string | null;
  sequence_id: number;
  sort_order: number;
  point: number | null;
  is_draft: boolean;
}

export interface Comment extends Stored, External {
  readonly project: string;
  readonly issue: string;
  readonly actor: string;
  readonly description: string;
  comment_html: string;
  access: string;
  /** Set by the web app only. */
  edited_at: Micros | null;
}

export interface Cycle extends Stored, External {
  readonly project: string;
  name: string;
  description: string;
  start_date: Micros | null;
  end_date: Micros | null;
  owned_by: string;
  sort_order: number;
}

export interface Module extends Stored, External {
  readonly project: string;
  name: string;
  description: string;
  start_date: string | null;
  target_date: string | null;
  status: string;
  lead: string | null;
  members: string[];
  sort_order: number;
}

/** A work item in a cycle or a module. */
export interface Placement extends Stored {
  readonly project: string;
  readonly issue: string;
  holder: string;
}

export interface Link extends Stored {
  readonly project: string;
  readonly issue: string;
  title: string | null;
  url: string;
  metadata: JsonObject;
}

export interface Relation extends Stored {
  readonly project: string;
  /** The item that is blocked, the duplicate, the one that starts after, ... */
  readonly from: string;
  readonly to: string;
  readonly type: string;
}

export interface Activity extends Stored {
  readonly project: string;
  readonly issue: string;
  readonly actor: string;
  readonly verb: string;
  readonly field: string | null;
  readonly old_value: string | null;
  readonly new_value: string | null;
  readonly old_identifier: string | null;
  readonly new_identifier: string | null;
  readonly comment: string;
  readonly epoch: number;
}

/** A work item that waits in a project's intake. */
export interface IntakeItem extends Stored {
  readonly project: string;
  readonly issue: string;
  /** -2 pending, -1 rejected, 0 snoozed, 1 accepted, 2 duplicate. */
  status: number;
}
