/** oauth-token-refresh as it is deployed, in this process, with its database and a sandbox authorization server. */
import {
  type SandboxOAuth,
  type SandboxOAuthOptions,
  startSandboxOAuth,
} from "../../dev/sandbox/oauth/server.ts";
import { readConfig } from "../../shared/config.ts";
import { openDatabase, type Sql } from "../../shared/store/database.ts";
import { createApp } from "../../supabase/functions/oauth-token-refresh/app.ts";
import { connect } from "../../supabase/functions/oauth-token-refresh/connect.ts";
import { createTestDatabase } from "./database.ts";

export const KEYS = { manage: "sb_secret_management_of_tests", cron: "sb_secret_cron_of_tests" };
const BASE = "http://127.0.0.1/oauth-token-refresh";

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
  readonly text: string;
}

export interface OAuthWorld extends AsyncDisposable {
  readonly oauth: SandboxOAuth;
  readonly sql: Sql;
  readonly lines: string[];
  /** The path or query after the function's name. */
  call(
    method: string,
    path: string,
    options?: { key?: string | undefined; body?: unknown },
  ): Promise<Answered>;
  /** Begins a consent, visits Plane as the browser does, and follows the redirect back. */
  consent(kind: "bot" | "user"): Promise<Answered>;
  /** The redirect of a consent, not yet followed. */
  redirect(kind: "bot" | "user"): Promise<URL>;
}

export async function createOAuthWorld(
  environment: Record<string, string> = {},
  sandbox: SandboxOAuthOptions = {},
): Promise<OAuthWorld> {
  const database = await createTestDatabase();
  const oauth = startSandboxOAuth({ redirectUris: [`${BASE}/callback`], ...sandbox });
  const config = readConfig({
    DATABASE_URL: database.url,
    PLANE_OAUTH_URL: oauth.url,
    PLANE_OAUTH_CLIENT_ID: oauth.clientId,
    PLANE_OAUTH_CLIENT_SECRET: oauth.clientSecret,
    PLANE_OAUTH_REDIRECT_URL: `${BASE}/callback`,
    PLANE_OAUTH_SCOPE: "projects:read projects.work_items:write",
    PLANE_USER_OAUTH: "on",
    TOKEN_KEYS: JSON.stringify({ k1: btoa("1".repeat(32)) }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: KEYS.manage, cron: KEYS.cron }),
    LOG_LEVEL: "debug",
    ...environment,
  });
  const sql = openDatabase({ ...config, databasePrepare: "on" });
  const lines: string[] = [];
  const app = createApp(connect(config, {
    fetch,
    writeLine: (line) => lines.push(line),
    monotonicMs: () => performance.now(),
  }, sql));

  const call: OAuthWorld["call"] = async (method, path, { key, body } = {}) => {
    const answer = await app.request(`${BASE}${path}`, {
      method,
      headers: key === undefined ? {} : { apikey: key },
      body: body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body),
    });
    const text = await answer.text();
    const { status, headers } = answer;
    return { status, headers, text, body: text === "" ? {} : JSON.parse(text) };
  };
  const redirect = async (kind: "bot" | "user") => {
    const { body } = await call("POST", "?action=authorize", { key: KEYS.manage, body: { kind } });
    const page = await fetch(String(body.url), { redirect: "manual" });
    await page.body?.cancel();
    return new URL(page.headers.get("location") ?? "about:blank");
  };
  return {
    oauth,
    sql,
    lines,
    call,
    redirect,
    consent: async (kind) => await call("GET", `/callback${(await redirect(kind)).search}`),
    [Symbol.asyncDispose]: async () => {
      await sql.end({ timeout: 1 });
      await oauth.close();
      await database.drop();
    },
  };
}
