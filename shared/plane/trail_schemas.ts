/** What hangs on a work item beside its comments: links, and the list of who changed what. */
import { z } from "zod";
import { absentAsNull, id, idOrNull, stamp, text, textOrNothing } from "./schema_parts.ts";

/** `created_by` empties itself: a background task that looks the page up saves the link without it. */
export const planeLinkSchema = z.object({
  id,
  issue: id,
  project: id,
  title: text,
  url: z.string(),
  created_at: stamp,
  updated_at: stamp,
  created_by: idOrNull,
  updated_by: idOrNull,
});

/**
 * One change of one field. `field` is null for the creation; a change of cycle or module is `cycles` or `modules`, of a
 * link `link`. Values are texts for people: names, not ids, the ids where there are any in `old_identifier` and
 * `new_identifier`. Somebody who goes on writing a description makes one entry, not one per save.
 */
export const planeActivitySchema = z.object({
  id,
  issue: idOrNull,
  verb: text,
  field: text,
  old_value: textOrNothing,
  new_value: textOrNothing,
  old_identifier: idOrNull,
  new_identifier: idOrNull,
  comment: text,
  actor: idOrNull,
  epoch: absentAsNull(z.number()),
  created_at: stamp,
  updated_at: stamp,
});

export type PlaneLink = z.output<typeof planeLinkSchema>;
export type PlaneActivity = z.output<typeof planeActivitySchema>;
