/**
 * Plane's records as the suite reads them. Unknown fields are dropped; what some versions leave out becomes null or
 * empty, never an error. Stamps become UTC: Plane shows them in the time zone of the key's user.
 */
import { z } from "zod";
import { parseStamp } from "../stamp.ts";

const stamp = z.string().transform((text, context) => {
  const utc = parseStamp(text);
  if (utc !== null) return utc;
  context.addIssue({ code: "custom", message: "not a stamp" });
  return z.NEVER;
});

const absentAsNull = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? null);
const text = absentAsNull(z.string());
const id = z.string().min(1);
const idOrNull = absentAsNull(id);
const ids = z.array(id).nullish().transform((value) => value ?? []);
const external = { external_id: text, external_source: text };

export const planeUserSchema = z.object({
  id,
  email: text,
  display_name: text,
  first_name: text,
  last_name: text,
});

/** `role`: guest 5, member 15, admin 20; only the workspace's list has it. */
export const planeMemberSchema = planeUserSchema.extend({ role: absentAsNull(z.number()) });

export const planeProjectSchema = z.object({
  id,
  name: z.string(),
  identifier: z.string(),
  description: text,
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
  default: z.boolean().nullish().transform((value) => value ?? false),
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
  is_draft: z.boolean().nullish().transform((value) => value ?? false),
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
