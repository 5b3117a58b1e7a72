/** Which failures are nobody's record's fault: the other side is down, or refuses everybody. */
import type { ErrorCode, SuiteError } from "../errors.ts";

export type Upstream = "plane" | "odoo";

const OUTAGES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "odoo_unreachable",
  "odoo_timeout",
  "odoo_unauthorized",
  "odoo_not_configured",
  "odoo_bad_answer",
  "plane_unreachable",
  "plane_timeout",
  "plane_unauthorized",
  "plane_forbidden",
  "plane_not_configured",
  "plane_rate_limited",
  "plane_server_error",
  "plane_bad_answer",
  "database_unreachable",
  "circuit_open",
]);

/** What Odoo says of its own database being away. */
const ODOO_WITHOUT_DATABASE = /^psycopg2\.(OperationalError|InterfaceError|pool\.PoolError)$/;

/**
 * True when no number of attempts makes this the entity's fault. `odoo_server_error` can be a proxy's page in front of an Odoo
 * that is down: then it names no exception.
 */
export function isOutage({ code, facts }: SuiteError): boolean {
  if (code !== "odoo_server_error") return OUTAGES.has(code);
  return facts.exception === undefined || ODOO_WITHOUT_DATABASE.test(String(facts.exception));
}

/** Outages that say nothing of the other side as a whole: one project's right, the budget's word, our own settings. */
const NOT_OF_THE_SERVER: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "plane_forbidden",
  "plane_rate_limited",
  "plane_not_configured",
  "odoo_not_configured",
]);

/** What a failed call says of the other side; `nothing` when it may not even have been sent. */
export function verdictOf(upstream: Upstream, error: SuiteError): "down" | "alive" | "nothing" {
  if (!error.code.startsWith(`${upstream}_`) || error.facts.refused_by === "budget") return "nothing";
  if (error.code.endsWith("_not_configured")) return "nothing";
  return isOutage(error) && !NOT_OF_THE_SERVER.has(error.code) ? "down" : "alive";
}
