/**
 * The whole suite on one machine: PostgreSQL, the functions behind a gateway, a Plane and an Odoo. Each part is an embedded
 * one or a sandbox, unless the environment points at a real one.
 */
import postgres from "postgres";
import { beforeExit } from "./cleanup.ts";
import { freePort } from "./free_port.ts";
import { type Gateway, startGateway } from "./gateway.ts";
import { applyMigrations } from "./migrate.ts";
import { startPostgres } from "./postgres.ts";
import { type SandboxOAuth, startSandboxOAuth } from "./sandbox/oauth/server.ts";
import { type SandboxOdoo, startSandboxOdoo } from "./sandbox/odoo/server.ts";
import { type InProcessSandboxPlane, startSandboxPlane } from "./sandbox/plane/server.ts";

export interface StackOptions {
  /** The environment that may point at real parts; usually `Deno.env.toObject()`. */
  environment: Readonly<Record<string, string | undefined>>;
  /** More variables for the functions. */
  functionEnvironment?: Readonly<Record<string, string>>;
  /** Whether commits of the embedded PostgreSQL wait for the disk. */
  fsync?: boolean;
  /** The gateway's port; any free one by default. */
  port?: number;
  report: (line: string) => void;
  /** Takes what the functions write. */
  log: (line: string) => void;
}

export interface Stack {
  databaseUrl: string;
  gateway: Gateway;
  /** `<gateway>/functions/v1/plane-sync`. */
  functionUrl: string;
  keys: { manage: string; cron: string };
  planeWebhookSecret: string;
  odooWebhookSecret: string;
  /** Undefined when the environment names a real one. */
  plane: InProcessSandboxPlane | undefined;
  /** The sandbox Plane's authorization server. */
  oauth: SandboxOAuth | undefined;
  odoo: SandboxOdoo | undefined;
  odooSettings: OdooSettings;
  close(): Promise<void>;
}

export interface OdooSettings {
  ODOO_URL: string;
  ODOO_DB: string;
  ODOO_LOGIN: string;
  ODOO_API_KEY: string;
}

export async function startStack(options: StackOptions): Promise<Stack> {
  const { environment, report } = options;
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) await closer();
    forget();
  };
  const forget = beforeExit("stop the stack", close);
  try {
    const databaseUrl = await database(options, closers);
    const plane: InProcessSandboxPlane | undefined = environment.PLANE_API_URL || environment.PLANE_BASE_URL
      ? undefined
      : await startSandboxPlane({ acceptsToken: (token) => oauth?.grants.actor(token) === "bot" });
    if (plane !== undefined) closers.push(() => plane.close());
    const oauth: SandboxOAuth | undefined = plane === undefined ? undefined : startSandboxOAuth({
      workspace: { id: plane.workspaceId, slug: plane.workspaceSlug },
      botUserId: plane.users.bot.id,
      userId: plane.users.alice.id,
    });
    if (oauth !== undefined) closers.push(() => oauth.close());
    report(plane === undefined ? "plane: the real one" : `plane: sandbox at ${plane.url}`);
    const odoo = environment.ODOO_URL ? undefined : await startSandboxOdoo({ email: "admin@example.test" });
    if (odoo !== undefined) closers.push(() => odoo.close());
    // Somebody who exists on both sides, so that assignees can be seen to arrive.
    if (odoo !== undefined && plane !== undefined) {
      odoo.addUser({ login: plane.users.alice.email, name: "Alice" });
    }
    const odooSettings = odoo === undefined ? realOdoo(environment) : {
      ODOO_URL: odoo.url,
      ODOO_DB: odoo.database,
      ODOO_LOGIN: odoo.login,
      ODOO_API_KEY: odoo.apiKey,
    };
    report(
      odoo === undefined ? `odoo: the real one at ${odooSettings.ODOO_URL}` : `odoo: sandbox at ${odoo.url}`,
    );

    const keys = { manage: secret("sb_secret_"), cron: secret("sb_secret_") };
    const planeWebhookSecret = environment.PLANE_WEBHOOK_SECRET || secret("plane_wh_");
    const odooWebhookSecret = environment.ODOO_WEBHOOK_SECRET || secret("odoo_wh_");
    // The functions call each other, and themselves, through the gateway: it needs its address before it starts.
    const port = options.port ?? freePort();
    const gatewayUrl = `http://127.0.0.1:${port}`;
    const gateway = startGateway({
      port,
      log: (_name, line) => options.log(line),
      env: {
        DATABASE_URL: databaseUrl,
        SUPABASE_URL: gatewayUrl,
        PLANE_OAUTH_REDIRECT_URL: `${gatewayUrl}/functions/v1/oauth-token-refresh/callback`,
        PLANE_WEBHOOK_SECRET: planeWebhookSecret,
        ODOO_WEBHOOK_SECRET: odooWebhookSecret,
        SUPABASE_SECRET_KEYS: JSON.stringify({ default: keys.manage, cron: keys.cron }),
        PLANE_PROXY_SIGNING_SECRET: environment.PLANE_PROXY_SIGNING_SECRET || secret("local_signing_"),
        ...planeSettings(environment, plane),
        ...oauthSettings(environment, oauth),
        ...odooSettings,
        ...options.functionEnvironment,
      },
    });
    closers.push(() => gateway.close());
    const functionUrl = `${gateway.url}/functions/v1/plane-sync`;
    report(`functions: ${functionUrl}`);
    return {
      databaseUrl,
      gateway,
      functionUrl,
      keys,
      planeWebhookSecret,
      odooWebhookSecret,
      plane,
      oauth,
      odoo,
      odooSettings,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function database(options: StackOptions, closers: (() => Promise<void>)[]): Promise<string> {
  const { environment, report } = options;
  let url = environment.DATABASE_URL;
  if (url === undefined || url === "") {
    const server = await startPostgres({ fsync: options.fsync ?? false, report });
    closers.push(() => server.stop());
    url = server.url;
  } else {
    report("postgres: the one in DATABASE_URL");
  }
  await ensureSupabaseRoles(url, report);
  const applied = await applyMigrations(url);
  report(`migrations: ${applied.length === 0 ? "up to date" : `${applied.length} applied`}`);
  return url;
}

/** A plain PostgreSQL lacks what every Supabase project has. */
async function ensureSupabaseRoles(url: string, report: (line: string) => void): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const [found] = await sql`select to_regrole('service_role') is not null as present`;
    if (found?.present === true) return;
    report("postgres: adding a stand-in for Supabase's roles and auth schema");
    await sql.unsafe(await Deno.readTextFile(new URL("./sql/supabase_stand_in.sql", import.meta.url)))
      .simple();
  } finally {
    await sql.end();
  }
}

function planeSettings(
  environment: StackOptions["environment"],
  plane: InProcessSandboxPlane | undefined,
): Record<string, string> {
  if (plane !== undefined) {
    return {
      PLANE_API_URL: plane.url,
      PLANE_API_KEY: plane.apiKeys.service,
      PLANE_WORKSPACE_SLUG: plane.workspaceSlug,
    };
  }
  const names = [
    "PLANE_API_URL",
    "PLANE_BASE_URL",
    "PLANE_API_KEY",
    "PLANE_API_TOKEN",
    "PLANE_WORKSPACE_SLUG",
  ];
  return Object.fromEntries(
    names.flatMap((name) => environment[name] === undefined ? [] : [[name, environment[name]]]),
  );
}

/** The sandbox's app, or the one in the environment. */
function oauthSettings(
  environment: StackOptions["environment"],
  oauth: SandboxOAuth | undefined,
): Record<string, string> {
  const names = [
    ...["PLANE_OAUTH_URL", "PLANE_OAUTH_CLIENT_ID", "PLANE_OAUTH_CLIENT_SECRET", "PLANE_OAUTH_SCOPE"],
    ...["PLANE_OAUTH_REDIRECT_URL", "PLANE_OAUTH_PKCE", "PLANE_USER_OAUTH"],
  ];
  const given = oauth === undefined
    ? Object.fromEntries(
      names.map((name) => [name, environment[name] ?? ""]).filter(([, value]) => value !== ""),
    )
    : {
      PLANE_OAUTH_URL: oauth.url,
      PLANE_OAUTH_CLIENT_ID: oauth.clientId,
      PLANE_OAUTH_CLIENT_SECRET: oauth.clientSecret,
      PLANE_USER_OAUTH: "on",
    };
  const key = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))));
  return { TOKEN_KEYS: environment.TOKEN_KEYS || JSON.stringify({ local: key }), ...given };
}

function realOdoo(environment: StackOptions["environment"]): OdooSettings {
  const { ODOO_URL = "", ODOO_DB = "", ODOO_LOGIN = "", ODOO_API_KEY = "" } = environment;
  if (ODOO_API_KEY === "") {
    throw new Error("ODOO_URL is set, so ODOO_API_KEY (and ODOO_DB, ODOO_LOGIN) must be set too.");
  }
  return { ODOO_URL, ODOO_DB, ODOO_LOGIN, ODOO_API_KEY };
}

function secret(prefix: string): string {
  return prefix + crypto.randomUUID().replaceAll("-", "");
}
