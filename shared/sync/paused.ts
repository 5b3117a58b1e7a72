import { SuiteError } from "../errors.ts";

/** The entity is parked until the configuration of its kind, or its mapping's status, changes. */
export function paused(type: string): SuiteError {
  return new SuiteError("paused", { facts: { type } });
}
