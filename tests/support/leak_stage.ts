/** The whole suite with secrets that are known, over a database that writes every statement to its log. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import postgres from "postgres";
import { startPostgres } from "../../dev/postgres.ts";
import { startSandboxOdoo } from "../../dev/sandbox/odoo/server.ts";
import { type Stack, startStack } from "../../dev/stack.ts";
import { createLeakWatch, type LeakWatch } from "./leak_watch.ts";

export interface Stage extends AsyncDisposable {
  readonly stack: Stack;
  readonly sql: postgres.Sql;
  readonly watch: LeakWatch;
  /** What the functions wrote, all levels. */
  readonly lines: readonly string[];
  /** Secrets that only this stage has. */
  readonly kept: Readonly<Record<"planeApiKey" | "odooApiKey" | "serviceRoleKey" | "tokenKey", string>>;
  /** Ends the functions, then searches their lines, the tables and the statements; throws with what was found. */
  nothingLeaked(): Promise<void>;
}

export interface StageOptions {
  /** Instead of the sandboxes: both Plane and Odoo are at this address. */
  upstream?: string;
  /** The functions get an address, with a password, at which no database is. */
  databaseAway?: boolean;
  /** Variables that hold a secret which does not belong there, and how each is written. */
  misplaced?: Readonly<Record<string, (secret: string) => string>>;
  /** The functions have no key for Plane: the OAuth app's bot is who they are there. */
  withoutPlaneKey?: boolean;
}

// While the module loads: a process started inside a test would count as that test's leak.
const server = await startPostgres({ settings: { log_statement: "all", log_parameter_max_length: "-1" } });
Deno.test.afterAll(() => server.stop());

export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const { upstream } = options;
  const watch = createLeakWatch();
  const lines: string[] = [];
  const make = (name: string, prefix: string) => {
    const secret = secretLike(prefix);
    watch.keep(name, secret);
    return secret;
  };
  const kept = {
    planeApiKey: make("the Plane key", "plane_api_"),
    odooApiKey: make("the Odoo key", ""),
    serviceRoleKey: make("the service_role key", ""),
    tokenKey: btoa(secretLike("")),
  };
  watch.keep("the key that seals tokens", kept.tokenKey);
  const odoo = upstream === undefined ? await startSandboxOdoo({ apiKey: kept.odooApiKey }) : undefined;
  const stack = await startStack({
    environment: {
      DATABASE_URL: server.url,
      ODOO_URL: odoo?.url ?? upstream,
      ODOO_DB: odoo?.database ?? "odoo",
      ODOO_LOGIN: odoo?.login ?? "bot@example.test",
      ODOO_API_KEY: kept.odooApiKey,
      PLANE_WEBHOOK_SECRET: make("the Plane webhook secret", "plane_wh_"),
      ODOO_WEBHOOK_SECRET: make("the Odoo webhook secret", "odoo_wh_"),
      TOKEN_KEYS: JSON.stringify({ k1: kept.tokenKey }),
      ...(upstream === undefined ? {} : {
        PLANE_API_URL: upstream,
        PLANE_API_KEY: kept.planeApiKey,
        PLANE_WORKSPACE_SLUG: "acme",
        PLANE_OAUTH_URL: upstream,
        PLANE_OAUTH_CLIENT_ID: "leak-test",
        PLANE_OAUTH_CLIENT_SECRET: make("the app's secret", ""),
        PLANE_USER_OAUTH: "on",
      }),
    },
    functionEnvironment: {
      LOG_LEVEL: "debug",
      PLANE_WEBHOOK_SECRET_PREVIOUS: make("the previous Plane webhook secret", "plane_wh_"),
      ODOO_WEBHOOK_SECRET_PREVIOUS: make("the previous Odoo webhook secret", "odoo_wh_"),
      SUPABASE_SERVICE_ROLE_KEY: kept.serviceRoleKey,
      PLANE_PROXY_SIGNING_SECRET: make("the proxy's signing secret", ""),
      PLANE_PROXY_SIGNING_SECRET_PREVIOUS: make("the proxy's previous signing secret", ""),
      ...(options.databaseAway === true ? awayDatabase(make("the database's password", "")) : {}),
      ...(options.withoutPlaneKey === true ? { PLANE_API_KEY: "" } : {}),
      ...Object.fromEntries(
        Object.entries(options.misplaced ?? {}).map(([variable, write]) => [
          variable,
          write(make(`the secret in ${variable}`, "sb_secret_")),
        ]),
      ),
    },
    report: () => {},
    log: (line) => lines.push(line),
  });
  watch.keep("the management key", stack.keys.manage);
  watch.keep("the cron key", stack.keys.cron);
  if (stack.plane !== undefined) watch.keep("the key in use at Plane", stack.plane.apiKeys.service);
  if (stack.oauth !== undefined) watch.keep("the app's secret", stack.oauth.clientSecret);

  const sql = postgres(server.url, { max: 1, onnotice: () => {} });
  const endFunctions = async () => {
    await stack.close();
    await odoo?.close();
  };
  return {
    stack,
    sql,
    watch,
    lines,
    kept,
    async nothingLeaked() {
      await endFunctions();
      for (const secret of stack.oauth?.grants.secrets ?? []) watch.keep("a token or code", secret);
      assert(lines.length > 0, "the functions wrote something");
      for (const line of lines) watch.search(`log line ${eventOf(line)}`, line);
      assert(await watch.searchTables(sql, ["plane", "ops"]) > 0, "the tables hold something");
      const statements = await Deno.readTextFile(server.logFile);
      assert(statements.includes("create table plane.sync_queue"), "the database wrote its statements down");
      watch.search("the database's log", statements);
      watch.searchAnswersAgain();
      assert.deepEqual(watch.findings, []);
    },
    async [Symbol.asyncDispose]() {
      await endFunctions();
      await sql.end();
    },
  };
}

/** As long and as random as the real ones. */
export function secretLike(prefix: string): string {
  return prefix + crypto.randomUUID().replaceAll("-", "");
}

/** The signature as Plane and our Odoo senders make it. */
export function sign(secret: string, body: string): string {
  return createHmac("sha256", secret).update(body).digest("hex");
}

function awayDatabase(password: string): Record<string, string> {
  return {
    DATABASE_URL: `postgres://functions:${password}@127.0.0.1:9/postgres`,
    WEBHOOK_STORE_RETRY_MS: "200",
  };
}

/** The event a line tells of; never the line itself, which may be what must not be shown. */
function eventOf(line: string): string {
  return /"event":"([a-z_]+)"/.exec(line)?.[1] ?? "that is no JSON";
}
