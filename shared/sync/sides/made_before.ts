import { SuiteError } from "../../errors.ts";

/**
 * Plane already has a record with this external pair: an earlier try made it, and its answer was lost. Nothing was written now;
 * both sides may have changed since, so it is linked like any record that is found.
 */
export class MadeBefore extends SuiteError {
  constructor(readonly planeId: string) {
    super("plane_conflict", { retry: "later" });
  }
}
