/**
 * Plane's records as the suite reads them. Unknown fields are dropped; what some versions leave out becomes null or
 * empty, never an error. Stamps become UTC: Plane shows them in the time zone of the key's user.
 */
import { z } from "zod";
import {
  absentAsNull,
  external,
  flag,
  id,
  idOrNull,
  ids,
  stamp,
  text,
  textOrNothing,
} from "./schema_parts.ts";

export const planeUserSchema = z.object({
  id,
  email: text,
  display_name: text,
  first_name: text,
  last_name: text,
});

/** `role`: guest 5, member 15, admin 20; only the workspace's list has it. */
export const planeMemberSchema = planeUserSchema.extend({ role: absentAsNull(z.number()) });

/**
 * `description` is plain text; the community edition has no other, whatever `description_html` and `description_text` say
 * elsewhere. `network`: secret 0, public 2. Only with `cycle_view` and `module_view` can cycles and modules be made.
 * `is_member` is null where Plane does not say: in webhooks.
 */
export const planeProjectSchema = z.object({
  id,
  name: z.string(),
  identifier: z.string(),
  description: text,
  description_html: textOrNothing,
  description_text: textOrNothing,
  project_lead: idOrNull,
  default_assignee: idOrNull,
  network: absentAsNull(z.number()),
  cycle_view: flag,
  module_view: flag,
  is_member: absentAsNull(z.boolean()),
  archived_at: text,
  timezone: text,
  created_at: stamp,
  updated_at: stamp,
  ...external,
});

export const planeStateSchema = z.object({
  id,
  name: z.string(),
  color: text,
  group: z.enum(["backlog", "unstarted", "started", "completed", "cancelled", "triage"]),
  sequence: absentAsNull(z.number()),
  default: flag,
  ...external,
});

export const planeLabelSchema = z.object({
  id,
  name: z.string(),
  color: text,
  parent: idOrNull,
  ...external,
});

/** Dates are `YYYY-MM-DD`. `archived_at` is a day; such an item is only ever seen in a webhook or a PATCH answer. */
export const planeWorkItemSchema = z.object({
  id,
  project: id,
  name: z.string(),
  description_html: text,
  priority: z.enum(["urgent", "high", "medium", "low", "none"]),
  state: idOrNull,
  parent: idOrNull,
  assignees: ids,
  labels: ids,
  start_date: text,
  target_date: text,
  completed_at: absentAsNull(stamp),
  archived_at: text,
  sequence_id: absentAsNull(z.number()),
  is_draft: flag,
  created_at: stamp,
  updated_at: stamp,
  created_by: idOrNull,
  updated_by: idOrNull,
  ...external,
});

/** `actor` is the token's user whatever the answer to a create says. `comment_html` is stored as sent: hostile. */
export const planeCommentSchema = z.object({
  id,
  issue: id,
  project: id,
  actor: idOrNull,
  comment_html: z.string(),
  access: text,
  created_at: stamp,
  updated_at: stamp,
  ...external,
});

/** Only what paging needs. */
export const planePageSchema = z.object({
  results: z.array(z.looseObject({ id })),
  next_page_results: z.boolean(),
});

export type PlaneUser = z.output<typeof planeUserSchema>;
export type PlaneMember = z.output<typeof planeMemberSchema>;
export type PlaneProject = z.output<typeof planeProjectSchema>;
export type PlaneState = z.output<typeof planeStateSchema>;
export type PlaneLabel = z.output<typeof planeLabelSchema>;
export type PlaneComment = z.output<typeof planeCommentSchema>;
export type PlaneWorkItem = z.output<typeof planeWorkItemSchema>;
