/** A breaker for each side, with the state all workers share in plane.sync_switch. */
import { Breaker } from "../../../shared/circuit/breaker.ts";
import type { Upstream } from "../../../shared/circuit/outage.ts";
import type { Config } from "../../../shared/config.ts";
import { closeBreaker, openBreaker, readBreaker } from "../../../shared/store/operators/breakers.ts";
import type { Sql } from "../../../shared/store/database.ts";

export interface Breakers {
  plane: Breaker;
  odoo: Breaker;
  /** Learns what other workers found out; when a drain starts. */
  refresh: () => Promise<void>;
}

export function createBreakers(config: Config, sql: Sql, monotonicMs: () => number): Breakers {
  const settings = {
    failures: config.breakerFailures,
    firstMs: config.breakerFirstMs,
    longestMs: config.breakerLongestMs,
  };
  const breakerOf = (upstream: Upstream) =>
    new Breaker(upstream, settings, {
      read: () => readBreaker(sql, upstream),
      open: (state) => openBreaker(sql, upstream, state),
      close: () => closeBreaker(sql, upstream),
    }, monotonicMs);
  const [plane, odoo] = [breakerOf("plane"), breakerOf("odoo")];
  return { plane, odoo, refresh: async () => void await Promise.all([plane.refresh(), odoo.refresh()]) };
}
