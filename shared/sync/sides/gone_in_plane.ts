import { SuiteError } from "../../errors.ts";

/** Plane's record turned out to be deleted, and nobody had told; nothing has been written. */
export class GoneInPlane extends SuiteError {
  constructor() {
    super("plane_not_found", { retry: "now" });
  }
}
