/**
 * A Plane record as the engine sees it, whichever way it came: v1's webhook carries state, labels and people as objects; the
 * REST answer carries bare ids.
 */
import { z } from "zod";
import { parseStamp } from "../../stamp.ts";

export const PRIORITIES = ["urgent", "high", "medium", "low", "none"] as const;
export const STATE_GROUPS = ["backlog", "unstarted", "started", "completed", "cancelled"] as const;

/** Plane has been seen to write null as the text "None" in ids and dates. */
export const orNull = <Shape extends z.ZodType>(shape: Shape) =>
  z.preprocess(
    (value) => value === undefined || value === "None" || value === "" ? null : value,
    shape.nullable(),
  );
export const stamp = z.string().transform((value, context): string => {
  const parsed = parseStamp(value);
  if (parsed === null) context.addIssue({ code: "custom", message: "not a point in time" });
  return parsed ?? "";
});
const date = z.string().regex(/^\d{4}-\d{2}-\d{2}/).transform((value) => value.slice(0, 10));
/** Plane has been seen to repeat entries of these lists. */
const once = <Entry extends { id: string }>(
  entries: Entry[],
): Entry[] => [...new Map(entries.map((entry) => [entry.id, entry])).values()];
const person = z.object({ id: z.string(), email: orNull(z.string()), display_name: orNull(z.string()) });
const label = z.object({ id: z.string(), name: z.string() });
const state = z.object({ id: z.string(), name: z.string(), group: z.enum(STATE_GROUPS).catch("backlog") });

/** An id, also where a record is expanded to an object. */
export const idOrNull = z.preprocess(
  (value) => typeof value === "object" && value !== null && "id" in value ? value.id : value,
  orNull(z.string()),
);

/** What every form has. */
export const FORM_PARTS = {
  id: z.string(),
  name: z.string(),
  updated_at: stamp,
  created_at: stamp.optional().catch(undefined),
  archived_at: orNull(z.string()),
  /** Who made the record, when it was not a person: the suite's own are `odoo`. */
  external_id: orNull(z.string()).catch(null),
  external_source: orNull(z.string()).catch(null),
};

const issue = z.object({
  ...FORM_PARTS,
  project: z.string(),
  description_html: orNull(z.string()),
  priority: z.enum(PRIORITIES).catch("none"),
  state: orNull(state),
  assignees: z.array(person).transform(once),
  labels: z.array(label).transform(once),
  start_date: orNull(date),
  target_date: orNull(date),
  parent: orNull(z.string()),
  sequence_id: z.number().nullish().transform((value) => value ?? null).catch(null),
});

const project = z.object({
  ...FORM_PARTS,
  identifier: z.string(),
  description: orNull(z.string()),
  description_html: orNull(z.string()),
  project_lead: idOrNull.catch(null),
  /** An IANA name. */
  timezone: orNull(z.string()).catch(null),
});

export type PlanePerson = z.output<typeof person>;
export type PlaneLabel = z.output<typeof label>;
export type PlaneState = z.output<typeof state>;
export type IssueForm = z.output<typeof issue>;
export type ProjectForm = z.output<typeof project>;

/** Null when it is not a whole work item; the caller then reads the record instead of believing the payload. */
export function issueForm(data: unknown): IssueForm | null {
  return issue.safeParse(data).data ?? null;
}

/** Null when it is not a whole project. */
export function projectForm(data: unknown): ProjectForm | null {
  return project.safeParse(data).data ?? null;
}
