/** What the schemas of Plane's records are made of: tolerant of what some versions leave out. */
import { z } from "zod";
import { parseStamp } from "../stamp.ts";

/** A point in time, in UTC with microseconds: Plane shows it in the time zone of the key's user. */
export const stamp = z.string().transform((text, context) => {
  const utc = parseStamp(text);
  if (utc !== null) return utc;
  context.addIssue({ code: "custom", message: "not a stamp" });
  return z.NEVER;
});

/** A point in time like `stamp`, or a bare `YYYY-MM-DD`, which stays one. */
export const stampOrDay = z.string().transform((text, context) => {
  const utc = /^\d{4}-\d{2}-\d{2}$/.test(text) ? text : parseStamp(text);
  if (utc !== null) return utc;
  context.addIssue({ code: "custom", message: "not a stamp or day" });
  return z.NEVER;
});

export const absentAsNull = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? null);

export const text = absentAsNull(z.string());
export const id = z.string().min(1);
export const idOrNull = absentAsNull(id);
export const ids = z.array(id).nullish().transform((value) => value ?? []);
/** What is not said is not so. */
export const flag = z.boolean().nullish().transform((value) => value ?? false);
/** Text in some versions, JSON or nothing in others: only text is of use. */
export const textOrNothing = text.catch(null);
export const external = { external_id: text, external_source: text };
