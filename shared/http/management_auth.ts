/**
 * Who may manage: a Supabase secret key, the legacy service_role key, or a signed-in user whose app_metadata says ops. The
 * secret key named `cron` may only start what runs by schedule. Webhooks do not come through here: they need a signature.
 */
import { verifyCredentials } from "@supabase/server/core";
import { equalInConstantTime } from "../crypto/constant_time.ts";
import { SuiteError } from "../errors.ts";

export type Caller = { kind: "key"; name: string } | { kind: "user"; id: string } | { kind: "cron" };

export interface ManagementKeys {
  /** Secret keys by name, as SUPABASE_SECRET_KEYS holds them. */
  secretKeys: Readonly<Record<string, string>>;
  /** The legacy key, compared as a whole and never decoded. */
  serviceRoleKey?: string | undefined;
  supabaseUrl?: string | undefined;
  /** The key set that signs user tokens, as JSON; without it the project's own address is asked. */
  jwks?: string | undefined;
}

/**
 * @throws SuiteError unauthorized when no credential or none that is valid is presented; forbidden when it is valid but
 *   does not belong to operations
 */
export async function authenticateManagement(request: Request, keys: ManagementKeys): Promise<Caller> {
  const bearer = /^Bearer\s+(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  const presented = [request.headers.get("apikey") ?? "", bearer ?? ""].filter((key) => key !== "");
  for (const key of presented) {
    const caller = await callerOfKey(key, keys);
    if (caller !== undefined) return caller;
  }
  if (bearer === undefined) throw new SuiteError("unauthorized");
  return await opsUser(bearer, keys);
}

async function callerOfKey(key: string, keys: ManagementKeys): Promise<Caller | undefined> {
  if (keys.serviceRoleKey !== undefined && equalInConstantTime(key, keys.serviceRoleKey)) {
    return { kind: "key", name: "service_role" };
  }
  const { data } = await verifyCredentials({ apikey: key, token: null }, {
    auth: "secret:*",
    env: environment(keys),
  });
  if (data === null) return undefined;
  return data.keyName === "cron" ? { kind: "cron" } : { kind: "key", name: data.keyName ?? "default" };
}

async function opsUser(token: string, keys: ManagementKeys): Promise<Caller> {
  const { data } = await verifyCredentials({ apikey: null, token }, {
    auth: "user",
    env: environment(keys),
    audience: "authenticated",
  });
  // A token without an end would be a key nobody can take back.
  if (typeof data?.jwtClaims?.exp !== "number") throw new SuiteError("unauthorized");
  // user_metadata is editable by the user and decides nothing.
  if (data.jwtClaims.app_metadata?.role !== "ops") throw new SuiteError("forbidden");
  return { kind: "user", id: data.jwtClaims.sub };
}

function environment(keys: ManagementKeys) {
  return {
    url: keys.supabaseUrl ?? "http://127.0.0.1",
    publishableKeys: {},
    secretKeys: { ...keys.secretKeys },
    jwks: keySet(keys),
  };
}

function keySet(keys: ManagementKeys): { keys: [] } | URL | null {
  if (keys.jwks !== undefined) {
    try {
      const parsed = JSON.parse(keys.jwks);
      return Array.isArray(parsed) ? { keys: parsed as [] } : parsed;
    } catch {
      return null;
    }
  }
  return keys.supabaseUrl === undefined ? null : new URL("/auth/v1/.well-known/jwks.json", keys.supabaseUrl);
}
