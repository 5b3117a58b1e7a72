/** What every step of one entity's synchronisation is given. */
import type { OdooCapabilities } from "../odoo/capabilities.ts";
import type { OdooClient } from "../odoo/client.ts";
import type { Log } from "../log.ts";
import type { Lease } from "../queue/lease.ts";
import type { Sql } from "../store/database.ts";
import type { PairRow } from "../store/pairs.ts";
import type { Claimed } from "../store/queue.ts";
import type { PairConfig } from "./configuration.ts";
import type { Kind } from "./kinds.ts";
import type { PlaneReader } from "./observe.ts";

export interface SyncDependencies {
  sql: Sql;
  /** @throws SuiteError odoo_not_configured */
  odoo: () => OdooClient;
  capabilities: () => Promise<OdooCapabilities>;
  plane: PlaneReader | undefined;
  /** A clock that never goes back, in ms. */
  now: () => number;
  /** The longest a call to Odoo takes, in ms: no write begins when the lease ends sooner. */
  odooTimeoutMs: number;
  log: Log;
}

export interface SyncEntity<Form> {
  kind: Kind<Form>;
  planeId: string;
  claimed: Claimed;
  pair: PairRow;
  config: PairConfig;
  lease: Lease;
}
