/** When calls of many records are joined. */

/** How long a call waits for others to join it, in ms: nobody waits for a backfill, and each call saved is one less for Odoo. */
const COLLECT_MS = 250;

/** For {@link batchingOdooClient}: sends what has come together within a moment. */
export function collecting(flush: () => void): void {
  setTimeout(flush, COLLECT_MS);
}

/**
 * How many hints of runs are carried out side by side, so that a hundred rows come together in one call. Measured with `task bench
 * backfill`: 16 give 12 calls per 100 items, 100 give 6; more only wait for each other.
 */
export const BULK_CONCURRENCY = 100;
