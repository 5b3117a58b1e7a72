/** Reading from and writing to Plane: the community edition's REST API v1 and the cloud's. */
import type { ExternalKey, PlaneClientConfig, PlaneClientDependencies } from "./calls/base.ts";
import { PlanningCalls } from "./calls/planning.ts";
import type { PlaneRow } from "./pages.ts";
import type { PlaneCycle, PlaneModule } from "./planning_schemas.ts";
import type {
  PlaneComment,
  PlaneLabel,
  PlaneMember,
  PlaneProject,
  PlaneState,
  PlaneUser,
  PlaneWorkItem,
} from "./schemas.ts";
import type { PlaneActivity, PlaneLink } from "./trail_schemas.ts";
import type { PlaneAnswer, PlaneCall, PlaneRequest, PlaneTransport } from "./transport.ts";
import type { Created } from "./values.ts";

export type {
  Created,
  ExternalKey,
  PlaneActivity,
  PlaneAnswer,
  PlaneCall,
  PlaneClientConfig,
  PlaneClientDependencies,
  PlaneComment,
  PlaneCycle,
  PlaneLabel,
  PlaneLink,
  PlaneMember,
  PlaneModule,
  PlaneProject,
  PlaneRequest,
  PlaneRow,
  PlaneState,
  PlaneTransport,
  PlaneUser,
  PlaneWorkItem,
};

/**
 * Every method rejects with a SuiteError: `plane_forbidden` for a wrong or expired key as well as for a project the
 * key's user may not see, `plane_not_found` only when Plane says that the record is not there (deleted or archived),
 * `plane_rate_limited` with `retryAfterMs`, `plane_bad_answer` when the answer is not Plane's. An aborted call rejects
 * with the signal's own reason.
 *
 * The methods are in `calls/`, one file per kind of record.
 */
export class PlaneClient extends PlanningCalls {}
