/** The bodies of management requests, checked. */
import { z } from "zod";
import { SuiteError } from "../../../shared/errors.ts";
import { decodeUtf8, parseJsonObject, readBody } from "../../../shared/http/read_body.ts";

export const authorizeRequest = z.strictObject({ kind: z.enum(["bot", "user"]).default("bot") });
export const refreshRequest = z.strictObject({ id: z.uuid().optional() });
export const removeRequest = z.strictObject({ id: z.uuid() });
export const nothing = z.strictObject({});

const MAX_BYTES = 16_384;

/** @throws SuiteError body_too_large, body_not_json, or bad_request naming the fields that are wrong */
export async function bodyOf<Value>(request: Request, schema: z.ZodType<Value>): Promise<Value> {
  const text = decodeUtf8(await readBody(request, MAX_BYTES));
  const { data, error } = schema.safeParse(text.trim() === "" ? {} : parseJsonObject(text));
  if (error === undefined) return data;
  const wrong = error.issues.map(({ path, message }) => `${path.join(".") || "body"}: ${message}`);
  throw new SuiteError("bad_request", {
    message: `The request is not valid. ${wrong.slice(0, 5).join("; ")}`,
  });
}
