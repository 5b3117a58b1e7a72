/** The function plane-sync as its door builds it, in this process: a real database, a runtime that only takes notes. */
import { createHmac } from "node:crypto";
import { readConfig } from "../../shared/config.ts";
import { createApp } from "../../supabase/functions/plane-sync/app.ts";
import { connect } from "../../supabase/functions/plane-sync/connect.ts";
import { type DatabaseLine, openDatabaseLine } from "./database_line.ts";

export const KEYS = {
  manage: "sb_secret_manage_0123456789abcdef",
  cron: "sb_secret_cron_0123456789abcdef",
  publishable: "sb_publishable_0123456789abcdef",
  serviceRole: "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.legacy_signature",
  planeSecret: "plane_wh_0123456789abcdef0123456789abcdef",
  planeSecretPrevious: "plane_wh_fedcba9876543210fedcba9876543210",
  odooSecret: "odoo_wh_0123456789abcdef0123456789abcdef",
} as const;

export interface PlaneSync extends AsyncDisposable {
  request(query: string, init?: RequestInit): Promise<Response>;
  /** Posts a webhook signed over exactly the body's bytes. */
  webhook(source: "plane" | "odoo", body: string, headers?: Record<string, string>): Promise<Response>;
  /** What was written to the log, one string per line. */
  lines: string[];
  /** What the answer did not wait for. */
  background: Promise<unknown>[];
  /** The addresses somebody tried to reach; there is no network. */
  fetched: string[];
  /** The way to the database; cut at the end, so that its pool leaves nothing open. */
  line: DatabaseLine;
}

/** @param environment variables besides the usual ones; undefined takes one away */
export function startPlaneSync(
  databaseUrl: string,
  environment: Record<string, string | undefined> = {},
): PlaneSync {
  const lines: string[] = [];
  const background: Promise<unknown>[] = [];
  const fetched: string[] = [];
  const line = openDatabaseLine(databaseUrl);
  const config = readConfig({
    DATABASE_URL: line.url,
    PLANE_WEBHOOK_SECRET: KEYS.planeSecret,
    PLANE_WEBHOOK_SECRET_PREVIOUS: KEYS.planeSecretPrevious,
    ODOO_WEBHOOK_SECRET: KEYS.odooSecret,
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: KEYS.manage, cron: KEYS.cron }),
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: KEYS.publishable }),
    SUPABASE_SERVICE_ROLE_KEY: KEYS.serviceRole,
    LOG_LEVEL: "debug",
    ...environment,
  });
  const app = createApp(connect(config, {
    fetch: (input) => {
      fetched.push(input instanceof Request ? input.url : String(input));
      return Promise.reject(new TypeError("no network in this test"));
    },
    writeLine: (line) => lines.push(line),
    monotonicMs: () => performance.now(),
    waitUntil: (promise) => background.push(promise),
    onEnding: () => {},
  }));
  const request = async (query: string, init?: RequestInit) => await app.request(`/plane-sync${query}`, init);
  return {
    request,
    webhook: (source, body, headers = {}) =>
      request(`?source=${source}`, {
        method: "POST",
        body,
        headers: {
          "content-type": "application/json",
          [`x-${source}-signature`]: signatureOf(source, body),
          ...headers,
        },
      }),
    lines,
    background,
    fetched,
    line,
    async [Symbol.asyncDispose]() {
      while (background.length > 0) await background.shift();
      await line.cut();
    },
  };
}

export function signatureOf(source: "plane" | "odoo", body: string | Uint8Array): string {
  const secret = source === "plane" ? KEYS.planeSecret : KEYS.odooSecret;
  return createHmac("sha256", secret).update(body).digest("hex");
}
