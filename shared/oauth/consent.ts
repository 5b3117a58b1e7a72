/**
 * From the wish of somebody in operations to a grant. Both flows carry a state that this person began, that is good once and for
 * ten minutes; the person's name goes into the grant.
 */
import * as oauth from "oauth4webapi";
import { open, type Place, seal } from "../crypto/envelope.ts";
import { sha256 } from "../crypto/hmac.ts";
import type { KeyRing } from "../crypto/key_ring.ts";
import { SuiteError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { BegunConsent, FlowKind, GrantStore, TakenConsent } from "../store/oauth/oauth_grants.ts";
import type { AuthorizationServer } from "./authorization_server.ts";
import type { OAuthSettings } from "./settings.ts";
import { lifetimeOf } from "./timing.ts";
import { sealTokenSet } from "./token_set.ts";

export interface ConsentDependencies {
  readonly grants: GrantStore;
  readonly ring: () => Promise<KeyRing>;
  /** @throws SuiteError oauth_not_configured */
  readonly settings: () => OAuthSettings;
  readonly server: () => AuthorizationServer;
  readonly random: () => number;
  readonly log: Log;
}

/** As Plane writes them (UUIDs), and room for others. */
const INSTALLATION_ID = /^[A-Za-z0-9_-]{1,128}$/;

/**
 * @returns where the browser has to go, and until when it must be back
 * @throws SuiteError forbidden for a person's token while PLANE_USER_OAUTH is off; oauth_not_configured, token_keys_invalid
 */
export async function beginConsent(
  deps: ConsentDependencies,
  kind: FlowKind,
  opsUser: string,
): Promise<{ url: string; expiresAt: string }> {
  const settings = deps.settings();
  if (kind === "user" && !settings.userFlow) {
    throw new SuiteError("forbidden", { message: "Tokens of people are switched off (PLANE_USER_OAUTH)." });
  }
  // What could not be sealed in the end is not begun.
  const ring = await deps.ring();
  const state = oauth.generateRandomState();
  const stateHash = sha256(state);
  const protectsCode = kind === "user" && settings.pkce;
  let verifier: BegunConsent["verifier"] = null;
  let challenge: string | undefined;
  if (protectsCode) {
    const secret = oauth.generateRandomCodeVerifier();
    challenge = await oauth.calculatePKCECodeChallenge(secret);
    verifier = { keyId: ring.current, sealed: await seal(ring, secret, verifierPlace(stateHash)) };
  }
  const expiresAt = await deps.grants.begin({ stateHash, kind, opsUser, verifier });
  deps.log("info", "oauth_consent_begun", { kind, ops_user: opsUser });
  return { url: deps.server().consentUrl(state, challenge), expiresAt };
}

/**
 * The browser is back. The state is used up whatever comes of it.
 *
 * @param callback the query of the redirect
 * @returns the grant's id: a bot's has no token yet, refresh it; a person's has one
 * @throws SuiteError oauth_state_invalid, oauth_denied, and what `exchangeCode` throws
 */
export async function finishConsent(
  deps: ConsentDependencies,
  callback: URLSearchParams,
): Promise<{ id: string; kind: FlowKind }> {
  const state = callback.get("state");
  if (state === null || state === "") throw new SuiteError("oauth_state_invalid");
  const stateHash = sha256(state);
  const consent = await deps.grants.take(stateHash);
  if (consent === undefined) throw new SuiteError("oauth_state_invalid");
  deps.server().checkConsent(callback, state);
  const id = consent.kind === "bot"
    ? await deps.grants.install(installationOf(callback), consent.opsUser)
    : await addPerson(deps, consent, callback, state, stateHash);
  deps.log("info", "oauth_consent", { kind: consent.kind, ops_user: consent.opsUser, token_id: id });
  return { id, kind: consent.kind };
}

function installationOf(callback: URLSearchParams): string {
  const id = callback.get("app_installation_id") ?? "";
  if (INSTALLATION_ID.test(id)) return id;
  throw new SuiteError("bad_request", { message: "The redirect carries no app_installation_id." });
}

async function addPerson(
  { grants, ring, server, random }: ConsentDependencies,
  { opsUser, verifier }: TakenConsent,
  callback: URLSearchParams,
  state: string,
  stateHash: string,
): Promise<string> {
  if (!callback.get("code")) {
    throw new SuiteError("bad_request", { message: "The redirect carries no code." });
  }
  const keys = await ring();
  const codeVerifier = verifier === null
    ? null
    : await open(keys, verifier.keyId, verifier.sealed, verifierPlace(stateHash));
  const askedAt = await grants.now();
  const issued = await server().exchangeCode(callback, state, codeVerifier);
  const id = crypto.randomUUID();
  const tokens = { access: issued.access, refresh: issued.refresh, previousRefresh: null };
  const sealed = await sealTokenSet(keys, id, 1, tokens);
  await grants.addUser(id, opsUser, sealed, lifetimeOf(askedAt, issued.expiresIn, random()), issued.scope);
  return id;
}

function verifierPlace(stateHash: string): Place {
  return { table: "plane.oauth_state", column: "code_verifier_sealed", rowId: stateHash, version: 1 };
}
