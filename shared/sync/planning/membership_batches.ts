/** Writing the same values to many tasks. */
import type { SyncDependencies } from "../sides/dependencies.ts";
import { TASK_MODEL } from "../sides/models.ts";
import type { Lease } from "../../queue/lease.ts";

/** The most tasks in one write: Odoo answers in one transaction, which must not outlast a call. */
const MOST_AT_ONCE = 200;

/** One write for each lot; nothing for none. */
export async function writeTasks(
  lease: Lease,
  deps: SyncDependencies,
  ids: readonly number[],
  values: Record<string, unknown>,
): Promise<void> {
  for (let start = 0; start < ids.length; start += MOST_AT_ONCE) {
    lease.require(deps.odooTimeoutMs);
    await deps.odoo().write(TASK_MODEL, ids.slice(start, start + MOST_AT_ONCE), values);
  }
}
