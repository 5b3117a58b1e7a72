/**
 * One refresh, by one worker. The lease keeps others away, the fence tells attempts apart, and the version makes every write
 * a compare-and-set; so a worker that was away for longer than its lease still cannot overwrite what came after it.
 *
 * A crash at any line: before the request, the lease ends and another worker asks. After it, the answer is lost with the
 * worker; the claim has left an open attempt, and the next worker asks again with the same refresh token, which servers that
 * rotate take once more for a while. Whatever answer a living worker has, is stored before anything else happens.
 */
import type { KeyRing } from "../crypto/key_ring.ts";
import { type ErrorCode, SuiteError, toSuiteError } from "../errors.ts";
import type { Log } from "../log.ts";
import { retryDelayMs } from "../queue/backoff.ts";
import { type Lease, leaseOf } from "../queue/lease.ts";
import { isDatabaseUnreachable } from "../store/database.ts";
import type { ClaimedToken, TokenRow, TokenStore } from "../store/oauth/oauth_tokens.ts";
import { type AuthorizationServer, type IssuedToken, TOKEN_REQUEST_MS } from "./authorization_server.ts";
import { type Attempt, takeIssued } from "./take_issued.ts";
import { lifetimeOf } from "./timing.ts";
import { openTokenSet, sealTokenSet, type TokenSet } from "./token_set.ts";

export interface RefreshDependencies {
  readonly tokens: TokenStore;
  readonly ring: () => Promise<KeyRing>;
  /** @throws SuiteError oauth_not_configured */
  readonly server: () => AuthorizationServer;
  /** A clock that never goes back, in ms. */
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly log: Log;
}

/** `not_mine`: not due any more, or another worker is at it. */
export type Refreshed = "refreshed" | "not_mine";

/** Two requests (the second with the previous refresh token) and their writes fit in; in ms. */
const REFRESH_LEASE_MS = 45_000;
/** How long an answer is held while the database is away, in ms; it is the only copy. */
const STORE_PATIENCE_MS = 90_000;
const STORE_PAUSE_MS = 500;
/** What only a change of configuration repairs is tried once a minute; in ms. */
const CONFIGURATION_COOLDOWN_MS = 60_000;
const NEEDS_CONFIGURATION: ReadonlySet<ErrorCode> = new Set(
  ["oauth_refused", "oauth_not_configured", "token_keys_invalid", "token_unreadable"],
);
const NOTHING: TokenSet = { access: null, refresh: null, previousRefresh: null };

/**
 * @param unusableGeneration the generation of the token the caller could not use; null: only when it is due
 * @throws SuiteError oauth_*, token_*; the failure is in the row by then, with a pause
 */
export async function refreshToken(
  deps: RefreshDependencies,
  id: string,
  unusableGeneration: number | null,
): Promise<Refreshed> {
  const claimedAt = deps.now();
  const claim = await deps.tokens.claim(id, unusableGeneration, REFRESH_LEASE_MS);
  if (claim === undefined) return "not_mine";
  const lease = leaseOf(deps.now, claimedAt, REFRESH_LEASE_MS);
  let answer: { issued: IssuedToken; usedRefresh: string | null };
  try {
    answer = await ask(deps, claim, lease);
  } catch (thrown) {
    const error = toSuiteError(thrown);
    // Not ours to judge any more: somebody has taken over, or a newer generation is there.
    if (!await giveUp(deps, claim, error)) return "not_mine";
    throw error;
  }
  await keep(deps, claim, answer.issued, {
    fence: claim.fence,
    generation: claim.generation,
    usedRefresh: answer.usedRefresh,
  });
  deps.log("info", "oauth_refreshed", { token_id: id, kind: claim.kind });
  return "refreshed";
}

/** Bots are asked for again; people's tokens are refreshed, with the previous refresh token once when the present one is refused. */
async function ask(
  { ring, server, log }: RefreshDependencies,
  claim: ClaimedToken,
  lease: Lease,
): Promise<{ issued: IssuedToken; usedRefresh: string | null }> {
  lease.require(TOKEN_REQUEST_MS);
  if (claim.kind === "bot") {
    // The key ring first: a token that could not be sealed must not be issued.
    await ring();
    return { issued: await server().botToken(claim.appInstallationId ?? ""), usedRefresh: null };
  }
  const { refresh, previousRefresh } = await openTokenSet(await ring(), claim);
  if (refresh === null) throw new SuiteError("oauth_needs_reauthorization");
  try {
    return { issued: await server().refresh(refresh), usedRefresh: refresh };
  } catch (thrown) {
    if (toSuiteError(thrown).code !== "oauth_needs_reauthorization" || previousRefresh === null) throw thrown;
    log("warn", "oauth_previous_refresh_token", { token_id: claim.id });
    lease.require(TOKEN_REQUEST_MS);
    return { issued: await server().refresh(previousRefresh), usedRefresh: previousRefresh };
  }
}

/** False: the attempt is nobody's business any more. While the database is away the lease ends by itself. */
async function giveUp(deps: RefreshDependencies, claim: ClaimedToken, error: SuiteError): Promise<boolean> {
  const dead = error.code === "oauth_needs_reauthorization";
  const cooldownMs = NEEDS_CONFIGURATION.has(error.code)
    ? CONFIGURATION_COOLDOWN_MS
    : error.retryAfterMs ?? retryDelayMs(claim.failures + 1, deps.random());
  try {
    const { fence, generation } = claim;
    const failed = await deps.tokens.fail(claim.id, {
      fence,
      generation,
      code: error.code,
      cooldownMs,
      dead,
    });
    if (failed) {
      deps.log(dead ? "error" : "warn", "oauth_refresh_failed", { token_id: claim.id, code: error.code });
    }
    return failed;
  } catch (thrown) {
    if (!isDatabaseUnreachable(thrown)) throw thrown;
    return true;
  }
}

/** Stores until it is stored: with the row as it is now, and patiently while the database is away. */
async function keep(
  deps: RefreshDependencies,
  claim: ClaimedToken,
  issued: IssuedToken,
  attempt: Attempt,
): Promise<void> {
  const since = deps.now();
  let row: TokenRow | undefined = claim;
  let kept = false;
  while (!kept) {
    try {
      if (row === undefined) return deps.log("warn", "oauth_token_removed", { token_id: claim.id });
      kept = await writeOnce(deps, claim, row, issued, attempt);
      if (!kept) row = await deps.tokens.read(claim.id);
    } catch (thrown) {
      if (!isDatabaseUnreachable(thrown) || deps.now() - since > STORE_PATIENCE_MS) throw thrown;
      await deps.sleep(STORE_PAUSE_MS);
    }
  }
}

/** False: the row is not what it was; look again. */
async function writeOnce(
  { tokens, ring, log, random }: RefreshDependencies,
  claim: ClaimedToken,
  row: TokenRow,
  issued: IssuedToken,
  attempt: Attempt,
): Promise<boolean> {
  const keys = await ring();
  const stored = await openTokenSet(keys, row).catch((thrown) => {
    if (toSuiteError(thrown).code !== "token_unreadable") throw thrown;
    // Sealed with a key this worker does not have: what is there cannot be merged, what was issued must be stored.
    log("error", "oauth_stored_token_unreadable", { token_id: row.id, version: row.version });
    return undefined;
  });
  const decision = takeIssued(issued, attempt, { ...row, tokens: stored ?? NOTHING });
  if (decision.kind === "nothing" || (stored === undefined && decision.kind === "keep_as_previous")) {
    return true;
  }
  const sealed = await sealTokenSet(keys, row.id, row.version + 1, decision.tokens);
  if (decision.kind === "keep_as_previous") return await tokens.reseal(row.id, row.version, sealed);
  return await tokens.store(row.id, {
    version: row.version,
    fence: attempt.fence,
    generation: row.generation + 1,
    sealed,
    lifetime: lifetimeOf(claim.claimedAt, issued.expiresIn, random()),
    scope: issued.scope,
  });
}
