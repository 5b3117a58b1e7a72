/** What the bodies of management requests are made of, and the one way they are checked. */
import { z } from "zod";
import { SuiteError } from "../../../shared/errors.ts";
import { parseStamp } from "../../../shared/stamp.ts";

/** The name of a type, a model, a reason. */
export const name = z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/);
/** Always in lower case. */
export const uuid = z.uuid().toLowerCase();
/** Only a time PostgreSQL can hold, in the one form it and we compare. */
export const moment = z.string().transform((value, context): string => {
  const stamp = parseStamp(value);
  if (stamp === null) context.addIssue({ code: "custom", message: "not a point in time" });
  return stamp ?? "";
});

/** A record of either side by its type or model and its id. */
export interface EntityName {
  type: string;
  id: string;
}

/** The id of a record of either side, as text. */
export const recordId = z.string().regex(/^[\x21-\x7e]{1,128}$/);
/** `issue:<id>` or `project.task:<id>` as in the log, or the object `sync` takes. */
export const entityName = z.union([
  z.string().regex(/^[A-Za-z0-9_.-]{1,64}:[\x21-\x7e]{1,128}$/, "must be like issue:<id>").transform(
    (text): EntityName => {
      const colon = text.indexOf(":");
      return { type: text.slice(0, colon), id: text.slice(colon + 1) };
    },
  ),
  z.object({ type: name, id: recordId }).transform(({ type, id }): EntityName => ({ type, id })),
]);
/** The name of a field as a configuration and the log have it. */
export const fieldName = z.string().regex(/^[A-Za-z0-9_.]{1,64}$/);

/** @throws SuiteError bad_request naming the fields that are wrong */
export function checked<Value>(shape: z.ZodType<Value>, body: Record<string, unknown>): Value {
  const { data, error } = shape.safeParse(body);
  if (error === undefined) return data;
  const wrong = error.issues.map(({ path, message }) => `${path.join(".") || "body"}: ${message}`);
  throw new SuiteError("bad_request", {
    message: `The request is not valid. ${wrong.slice(0, 5).join("; ")}`,
  });
}
