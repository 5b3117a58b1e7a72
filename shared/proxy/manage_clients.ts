/** The management actions: what they do, and the credentials they make. */
import { sha256 } from "../crypto/hmac.ts";
import { SuiteError } from "../errors.ts";
import type { Sql } from "../store/database.ts";
import {
  createClient,
  type KeyFacts,
  listClients,
  recordManagement,
  revokeClient,
  rotateClient,
  type StoredClient,
  updateClient,
} from "../store/proxy/proxy_clients.ts";
import {
  checkedBody,
  createRequestSchema,
  revokeRequestSchema,
  rotateRequestSchema,
  updateRequestSchema,
} from "./management.ts";
import { KEY_PREFIX } from "./presented.ts";
import { signingSecret } from "./signature.ts";

export const MANAGEMENT_ACTIONS = ["create", "list", "update", "rotate", "revoke"] as const;
export type ManagementAction = (typeof MANAGEMENT_ACTIONS)[number];

export interface ManagementDependencies {
  sql: Sql;
  /** The first one makes signing secrets. */
  functionSecrets: readonly string[];
  randomBytes: (size: number) => Uint8Array;
}

type Body = Record<string, unknown>;

/**
 * Does one action and gives its answer. `by` is who asked, for the audit.
 *
 * @throws SuiteError bad_request, not_found, secret_not_configured
 */
export function manageClients(
  deps: ManagementDependencies,
): (action: ManagementAction, body: Body, by: string) => Promise<Body> {
  const { sql } = deps;

  function newKey(): { key: string; facts: KeyFacts } {
    const key = KEY_PREFIX + base64url(deps.randomBytes(32));
    return { key, facts: { hash: sha256(key), hint: key.slice(-4) } };
  }
  /** What is shown once. */
  function credential(client: StoredClient, key: string, version: number): Body {
    if (client.kind === "key") return { key };
    return { signing_secret: signingSecret(functionSecret(deps), client.id, version) };
  }

  async function create(body: Body, by: string): Promise<Body> {
    const wanted = checkedBody(createRequestSchema, body);
    if (wanted.kind === "signed") functionSecret(deps);
    const { key, facts } = newKey();
    const client = await createClient(sql, wanted, wanted.kind === "key" ? facts : null, by);
    await recordManagement(sql, "created", client.name, by);
    return done({ client, ...credential(client, key, 1) });
  }
  async function update(body: Body, by: string): Promise<Body> {
    const client = await updateClient(sql, checkedBody(updateRequestSchema, body));
    await recordManagement(sql, "updated", client.name, by);
    return done({ client });
  }
  async function rotate(body: Body, by: string): Promise<Body> {
    const { name, overlap_seconds } = checkedBody(rotateRequestSchema, body);
    const { key, facts } = newKey();
    const { client, version } = await rotateClient(sql, name, facts, overlap_seconds);
    await recordManagement(sql, "rotated", client.name, by);
    return done({ client, ...credential(client, key, version) });
  }
  async function revoke(body: Body, by: string): Promise<Body> {
    const client = await revokeClient(sql, checkedBody(revokeRequestSchema, body).name);
    await recordManagement(sql, "revoked", client.name, by);
    return done({ client });
  }

  return async (action, body, by) => {
    switch (action) {
      case "create":
        return await create(body, by);
      case "list":
        return done({ clients: await listClients(sql) });
      case "update":
        return await update(body, by);
      case "rotate":
        return await rotate(body, by);
      case "revoke":
        return await revoke(body, by);
    }
  };
}

function functionSecret({ functionSecrets }: ManagementDependencies): string {
  const [secret] = functionSecrets;
  if (secret !== undefined) return secret;
  throw new SuiteError("secret_not_configured", {
    message: "Signed requests need PLANE_PROXY_SIGNING_SECRET.",
  });
}

function done(answer: Body): Body {
  return { ok: true, success: true, ...answer };
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
