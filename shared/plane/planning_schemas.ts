/** What work items are gathered in: cycles and modules. Neither names its items, and no item names them. */
import { z } from "zod";
import {
  absentAsNull,
  external,
  id,
  idOrNull,
  ids,
  stamp,
  stampOrDay,
  text,
  textOrNothing,
} from "./schema_parts.ts";

/**
 * `start_date` and `end_date`: both or neither, the edges of the days in the project's time zone as points in time.
 * `owned_by` is who answers for it.
 */
export const planeCycleSchema = z.object({
  id,
  project: id,
  name: z.string(),
  description: text,
  start_date: absentAsNull(stampOrDay),
  end_date: absentAsNull(stampOrDay),
  owned_by: idOrNull,
  archived_at: text,
  created_at: stamp,
  updated_at: stamp,
  ...external,
});

/** Dates are `YYYY-MM-DD`. `status`: backlog, planned, in-progress, paused, completed, cancelled. */
export const planeModuleSchema = z.object({
  id,
  project: id,
  name: z.string(),
  description: text,
  description_html: textOrNothing,
  description_text: textOrNothing,
  start_date: text,
  target_date: text,
  status: text,
  lead: idOrNull,
  members: ids,
  archived_at: text,
  created_at: stamp,
  updated_at: stamp,
  ...external,
});

export type PlaneCycle = z.output<typeof planeCycleSchema>;
export type PlaneModule = z.output<typeof planeModuleSchema>;
