/** The connection to PostgreSQL, and which of its failures mean "not there just now". */
import postgres from "postgres";
import type { Config } from "../config.ts";

export type Sql = postgres.Sql;

/**
 * Opens a small pool; connections are made when first used.
 *
 * Prepared statements are used unless the connection goes through a transaction pooler, where a statement prepared on one
 * server connection is unknown on the next. Timestamps come back as PostgreSQL's text, because a Date would drop the
 * microseconds that order observations.
 */
export function openDatabase(
  config: Pick<Config, "databaseUrl" | "databasePrepare" | "databaseConnections">,
): Sql {
  return postgres(config.databaseUrl, {
    max: config.databaseConnections,
    prepare: config.databasePrepare === "auto"
      ? !isTransactionPooler(config.databaseUrl)
      : config.databasePrepare === "on",
    idle_timeout: 20,
    connect_timeout: 5,
    // The pool's own pause after a failed connect; a quick loop with a wrong password would trip the pooler's breaker.
    backoff: (failures: number) => Math.min(0.1 * 2 ** failures, 5),
    onnotice: () => {},
    connection: { application_name: "plane-sync" },
    types: {
      timestamp_text: { to: 1184, from: [1114, 1184], serialize: String, parse: String },
    },
  });
}

/** Supabase's pooler hands out server connections per transaction on port 6543. */
function isTransactionPooler(databaseUrl: string): boolean {
  const url = new URL(databaseUrl);
  return url.port === "6543" || url.searchParams.get("pgbouncer") === "true";
}

const TRANSPORT = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ENOTFOUND",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "CONNECT_TIMEOUT",
  "CONNECTION_CLOSED",
  "CONNECTION_DESTROYED",
  "DEADLINE",
]);

/**
 * True when the statement may succeed on a later try: no connection, the server is starting or stopping (57P01-57P03),
 * too many connections (53300), a connection exception (class 08), a serialization failure or a deadlock (40001, 40P01).
 */
export function isDatabaseUnreachable(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  const code = (thrown as { code?: unknown }).code;
  if (typeof code !== "string") return /connection.*(refused|reset|closed)|broken pipe/i.test(thrown.message);
  return TRANSPORT.has(code) || /^(08...|57P0[1-3]|53300|40001|40P01)$/.test(code);
}

/** Waits for a query, but not for ever: a server that accepts and never answers counts as unreachable. */
export async function withDeadline<Result>(query: Promise<Result>, milliseconds: number): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(Object.assign(new Error("The database did not answer in time."), { code: "DEADLINE" })),
      milliseconds,
    );
  });
  try {
    return await Promise.race([query, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
