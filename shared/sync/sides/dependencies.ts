/** What the engine needs of the world. */
import type { Log } from "../../log.ts";
import type { OdooCapabilities, OdooFields } from "../../odoo/capabilities.ts";
import type { OdooClient } from "../../odoo/client.ts";
import type { PlaneClient } from "../../plane/client.ts";
import type { SyncStore } from "../../store/engine/sync_store.ts";
import type { PlaneDirectory } from "./plane_directory.ts";

/** Plane as the engine reaches it. */
export interface PlaneAccess {
  client: PlaneClient;
  directory: PlaneDirectory;
}

/** The addresses people open, not those of the APIs; undefined: not configured. */
export interface PublicUrls {
  odoo: string | undefined;
  plane: string | undefined;
  planeWorkspace: string | undefined;
}

export interface SyncDependencies {
  store: SyncStore;
  /** @throws SuiteError odoo_not_configured */
  odoo: () => OdooClient;
  capabilities: () => Promise<OdooCapabilities>;
  /** What Odoo says of a model's fields; absent: it is asked each time. */
  modelFields?: (model: string) => Promise<OdooFields>;
  /** Where people find the records of both sides; absent: no links are left. */
  urls?: PublicUrls;
  /** Undefined: Plane cannot be reached; its webhooks still carry whole records to Odoo. */
  plane: PlaneAccess | undefined;
  /** A clock that never goes back, in ms. */
  now: () => number;
  /** The time of day, in ms since 1970. */
  wallClock: () => number;
  /** How far each server's clock is ahead of ours, in ms, as learnt from its answers. */
  clockOffsets: { plane: () => number; odoo: () => number };
  /** The longest a call takes, in ms: no write begins when the lease ends sooner. */
  odooTimeoutMs: number;
  planeTimeoutMs: number;
  log: Log;
}
