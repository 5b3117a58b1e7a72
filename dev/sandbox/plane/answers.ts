/** Plane's answers and its error bodies: three shapes, and a fourth for the request limit. */
import { DUMPS, type Json, type JsonObject, type JsonStyle } from "./python_json.ts";

export interface Answer {
  readonly status: number;
  readonly body?: Json;
  readonly headers?: Readonly<Record<string, string>>;
  /** How the body is printed; views render it compactly. */
  readonly style?: JsonStyle;
}

export const ok = (body: Json): Answer => ({ status: 200, body });
export const created = (body: Json): Answer => ({ status: 201, body });
export const noContent: Answer = { status: 204 };
/** An address that is no view: no key, no limit, and another printer than the views'. */
export const pageNotFound: Answer = { status: 404, body: { error: "Page not found." }, style: DUMPS };

/** Thrown by handlers; the server turns it into the answer. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly body: JsonObject,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(`status ${status}`);
  }
}

export const missing = () => new ApiError(404, { error: "The requested resource does not exist." });
export const denied = () =>
  new ApiError(403, { detail: "You do not have permission to perform this action." });
export const crash = () => new ApiError(500, { error: "Something went wrong please try again later" });
export const refused = (error: string) => new ApiError(400, { error });
export const unparsable = (detail: string) => new ApiError(400, { detail });
export const invalid = (...messages: string[]) => new ApiError(400, { non_field_errors: messages });
export const taken = (error: string, id: string) => new ApiError(409, { error, id });

/** The record or 404. */
export function found<Kind>(record: Kind | undefined): Kind {
  if (record === undefined) throw missing();
  return record;
}
