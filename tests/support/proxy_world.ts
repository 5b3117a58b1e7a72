/** plane-proxy on a port of its own, in this process, with its database and a sandbox Plane behind it. */
import {
  type SandboxPlane,
  type SandboxPlaneOptions,
  startSandboxPlane,
} from "../../dev/sandbox/plane/server.ts";
import { readConfig } from "../../shared/config.ts";
import type { Scope } from "../../shared/proxy/scope.ts";
import { openDatabase, type Sql } from "../../shared/store/database.ts";
import { createApp } from "../../supabase/functions/plane-proxy/app.ts";
import { connect } from "../../supabase/functions/plane-proxy/connect.ts";
import { createTestDatabase } from "./database.ts";

export const MANAGEMENT_KEY = "sb_secret_management_of_tests";
const FUNCTION_SECRET = "the signing secret of the function in tests";

export interface ProxyWorldOptions {
  environment?: Record<string, string>;
  plane?: SandboxPlaneOptions;
  /** Stands between the function and Plane. */
  fetch?: (real: typeof fetch) => typeof fetch;
}

export interface ProxyWorld extends AsyncDisposable {
  /** `http://127.0.0.1:<port>/plane-proxy`: an SDK's base URL. */
  url: string;
  plane: SandboxPlane;
  sql: Sql;
  /** Every line the function logged. */
  lines: string[];
  /** Below the function's address; the path begins with a slash. */
  call(path: string, init?: RequestInit & { key?: string }): Promise<Response>;
  manage(action: string, body: unknown): Promise<{ status: number; body: Record<string, unknown> }>;
  /** A client that may do everything in the sandbox's workspace, unless told otherwise; its key. */
  key(name: string, wanted?: Record<string, unknown>): Promise<string>;
  /** Waits for what happens behind the answers. */
  settled(): Promise<void>;
}

export const EVERYTHING: Scope = { methods: ["GET", "POST", "PATCH", "PUT", "DELETE"], paths: ["**"] };

export async function createProxyWorld(options: ProxyWorldOptions = {}): Promise<ProxyWorld> {
  const database = await createTestDatabase();
  const plane = await startSandboxPlane(options.plane);
  const config = readConfig({
    DATABASE_URL: database.url,
    PLANE_API_URL: plane.url,
    PLANE_API_KEY: plane.apiKeys.service,
    PLANE_WORKSPACE_SLUG: plane.workspaceSlug,
    PLANE_PROXY_SIGNING_SECRET: FUNCTION_SECRET,
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: MANAGEMENT_KEY, cron: "sb_secret_cron_of_tests" }),
    LOG_LEVEL: "debug",
    ...options.environment,
  });
  const sql = openDatabase({ ...config, databasePrepare: "on" });
  const lines: string[] = [];
  const background = new Set<Promise<unknown>>();
  const app = createApp(connect(config, {
    fetch: options.fetch?.(fetch) ?? fetch,
    writeLine: (line) => lines.push(line),
    monotonicMs: () => performance.now(),
    waitUntil: (promise) => {
      const tracked = promise.finally(() => background.delete(tracked));
      background.add(tracked);
    },
  }, sql));
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => app.fetch(request),
  );
  const url = `http://127.0.0.1:${server.addr.port}/plane-proxy`;

  const settled = async () => {
    while (background.size > 0) await Promise.all(background);
  };
  const manage = async (action: string, body: unknown) => {
    const response = await fetch(`${url}?action=${action}`, {
      method: "POST",
      headers: { apikey: MANAGEMENT_KEY },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  };
  return {
    url,
    plane,
    sql,
    lines,
    call: (path, { key, ...init } = {}) => {
      const headers = new Headers(init.headers);
      if (key !== undefined) headers.set("X-API-Key", key);
      return fetch(url + path, { redirect: "manual", ...init, headers });
    },
    manage,
    key: async (name, wanted = {}) => {
      const made = await manage("create", {
        name,
        scopes: [EVERYTHING],
        workspaces: [plane.workspaceSlug],
        ...wanted,
      });
      if (made.status !== 200) throw new Error(JSON.stringify(made.body));
      return String(made.body.key ?? made.body.signing_secret);
    },
    settled,
    [Symbol.asyncDispose]: async () => {
      await server.shutdown();
      await settled();
      await sql.end({ timeout: 1 });
      await plane.close();
      await database.drop();
    },
  };
}
