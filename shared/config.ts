/** The environment, parsed once. Every variable is explained in `.env.example`. */
import { z } from "zod";

/** Environment variables by name, as `Deno.env.toObject()` gives them. */
export type Environment = Readonly<Record<string, string | undefined>>;

const text = z.string().trim().min(1).optional().catch(undefined);
const url = z.url({ protocol: /^https?$/ }).optional();
const milliseconds = (fallback: number) => z.coerce.number().int().min(0).max(86_400_000).default(fallback);
const count = (fallback: number, smallest = 1) =>
  z.coerce.number().int().min(smallest).max(1_000_000_000).default(fallback);
const signingSecret = z.string().min(32, "must have at least 32 characters").optional();
const keysByName = z.string().transform((value, context): Record<string, string> => {
  try {
    return z.record(z.string(), z.string().min(1)).parse(JSON.parse(value));
  } catch {
    context.addIssue({
      code: "custom",
      message: 'must be a JSON object of names and keys, like {"default":"sb_secret_..."}',
    });
    return z.NEVER;
  }
});

const schema = z.object({
  databaseUrl: z.url({ protocol: /^postgres(ql)?$/ }),
  databasePrepare: z.enum(["auto", "on", "off"]).default("auto"),
  databaseConnections: count(4),
  planeWebhookSecret: text,
  planeWebhookSecretPrevious: text,
  odooWebhookSecret: text,
  odooWebhookSecretPrevious: text,
  planeBaseUrl: url,
  planeApiKey: text,
  planeWorkspaceSlug: text,
  odooUrl: url,
  odooDatabase: text,
  odooLogin: text,
  odooApiKey: text,
  odooProtocol: z.enum(["auto", "json2", "jsonrpc"]).default("auto"),
  odooTimeoutMs: milliseconds(45_000),
  planeOauthClientId: text,
  planeOauthClientSecret: text,
  planeOauthUrl: url,
  planeOauthScope: text,
  planeOauthRedirectUrl: url,
  planeOauthPkce: z.enum(["on", "off"]).default("on"),
  planeUserOauth: z.enum(["on", "off"]).default("off"),
  tokenKeys: text,
  secretKeys: keysByName.default({}),
  serviceRoleKey: text,
  jwks: text,
  supabaseUrl: url,
  maxBodyBytes: count(10 * 1024 * 1024),
  storeRetryMs: milliseconds(25_000),
  maxHeldRequests: count(64),
  leaseMs: milliseconds(120_000),
  restAfterUnknownMs: milliseconds(90_000),
  drainWallClockMs: milliseconds(80_000),
  drainEntities: count(100),
  drainConcurrency: count(4),
  breakerFailures: count(5),
  breakerFirstMs: milliseconds(10_000),
  breakerLongestMs: milliseconds(300_000),
  proxySigningSecret: signingSecret,
  proxySigningSecretPrevious: signingSecret,
  proxyMaxBodyBytes: count(5 * 1024 * 1024),
  proxyLongestWaitMs: milliseconds(10_000),
  proxyTimeoutMs: milliseconds(30_000),
  proxyAuditShare: z.coerce.number().min(0).max(1).default(1),
  proxyCache: z.string().default(""),
  logLevel: z.enum(["debug", "info", "warn", "error"]).default("info"),
});

export type Config = z.infer<typeof schema>;

/** Setting -> the variables that give it, the first one set wins. All but the first are names from earlier versions. */
export const VARIABLES: Readonly<Record<keyof Config, readonly string[]>> = {
  databaseUrl: ["DATABASE_URL", "SUPABASE_DB_URL"],
  databasePrepare: ["DATABASE_PREPARE"],
  databaseConnections: ["DATABASE_CONNECTIONS"],
  planeWebhookSecret: ["PLANE_WEBHOOK_SECRET"],
  planeWebhookSecretPrevious: ["PLANE_WEBHOOK_SECRET_PREVIOUS"],
  odooWebhookSecret: ["ODOO_WEBHOOK_SECRET"],
  odooWebhookSecretPrevious: ["ODOO_WEBHOOK_SECRET_PREVIOUS"],
  planeBaseUrl: ["PLANE_API_URL", "PLANE_BASE_URL"],
  planeApiKey: ["PLANE_API_KEY", "PLANE_API_TOKEN"],
  planeWorkspaceSlug: ["PLANE_WORKSPACE_SLUG"],
  odooUrl: ["ODOO_URL", "ODOO_BASE_URL"],
  odooDatabase: ["ODOO_DB"],
  odooLogin: ["ODOO_LOGIN"],
  odooApiKey: ["ODOO_API_KEY"],
  odooProtocol: ["ODOO_PROTOCOL"],
  odooTimeoutMs: ["ODOO_TIMEOUT_MS"],
  planeOauthClientId: ["PLANE_OAUTH_CLIENT_ID"],
  planeOauthClientSecret: ["PLANE_OAUTH_CLIENT_SECRET"],
  planeOauthUrl: ["PLANE_OAUTH_URL"],
  planeOauthScope: ["PLANE_OAUTH_SCOPE"],
  planeOauthRedirectUrl: ["PLANE_OAUTH_REDIRECT_URL"],
  planeOauthPkce: ["PLANE_OAUTH_PKCE"],
  planeUserOauth: ["PLANE_USER_OAUTH"],
  tokenKeys: ["TOKEN_KEYS"],
  secretKeys: ["SUPABASE_SECRET_KEYS"],
  serviceRoleKey: ["SUPABASE_SERVICE_ROLE_KEY"],
  jwks: ["SUPABASE_JWKS"],
  supabaseUrl: ["SUPABASE_URL"],
  maxBodyBytes: ["WEBHOOK_MAX_BODY_BYTES"],
  storeRetryMs: ["WEBHOOK_STORE_RETRY_MS"],
  maxHeldRequests: ["WEBHOOK_MAX_HELD_REQUESTS"],
  leaseMs: ["SYNC_LEASE_MS"],
  restAfterUnknownMs: ["SYNC_REST_AFTER_UNKNOWN_MS"],
  drainWallClockMs: ["SYNC_DRAIN_WALL_CLOCK_MS"],
  drainEntities: ["SYNC_DRAIN_ENTITIES"],
  drainConcurrency: ["SYNC_DRAIN_CONCURRENCY"],
  breakerFailures: ["SYNC_BREAKER_FAILURES"],
  breakerFirstMs: ["SYNC_BREAKER_FIRST_MS"],
  breakerLongestMs: ["SYNC_BREAKER_LONGEST_MS"],
  proxySigningSecret: ["PLANE_PROXY_SIGNING_SECRET"],
  proxySigningSecretPrevious: ["PLANE_PROXY_SIGNING_SECRET_PREVIOUS"],
  proxyMaxBodyBytes: ["PLANE_PROXY_MAX_BODY_BYTES"],
  proxyLongestWaitMs: ["PLANE_PROXY_LONGEST_WAIT_MS"],
  proxyTimeoutMs: ["PLANE_PROXY_TIMEOUT_MS"],
  proxyAuditShare: ["PLANE_PROXY_AUDIT_SHARE"],
  proxyCache: ["PLANE_PROXY_CACHE"],
  logLevel: ["LOG_LEVEL"],
};

/**
 * Reads the configuration. An empty variable counts as not set.
 *
 * @throws Error naming each variable that cannot be used and why, never its value.
 */
export function readConfig(environment: Environment): Config {
  const given = Object.fromEntries(
    Object.entries(VARIABLES).map(([setting, names]) => [
      setting,
      names.map((name) => environment[name]?.trim()).find((value) => value !== undefined && value !== ""),
    ]),
  );
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const setting = String(issue.path[0]) as keyof Config;
    return `${VARIABLES[setting].join(" or ")}: ${
      given[setting] === undefined ? "is required" : issue.message
    }`;
  });
  throw new Error(`The environment cannot be used. ${problems.join("; ")}`);
}

/** The webhook secrets in use: the present one and, while it is being rotated, the one before. Empty: fail closed. */
export function webhookSecrets(config: Config, source: "plane" | "odoo"): string[] {
  const pair = source === "plane"
    ? [config.planeWebhookSecret, config.planeWebhookSecretPrevious]
    : [config.odooWebhookSecret, config.odooWebhookSecretPrevious];
  return pair.filter((secret) => secret !== undefined);
}
