import { SuiteError, toSuiteError } from "../errors.ts";
import { isDatabaseUnreachable } from "../store/database.ts";

/** Anything thrown while an entity is at work, as a SuiteError; a database that is away is an outage, not a fault of ours. */
export function failureOf(thrown: unknown): SuiteError {
  return isDatabaseUnreachable(thrown)
    ? new SuiteError("database_unreachable", { cause: thrown })
    : toSuiteError(thrown);
}
