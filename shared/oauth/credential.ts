/** A live token for whoever calls Plane: read, and refreshed on demand by whichever worker comes first. */
import type { KeyRing } from "../crypto/key_ring.ts";
import { type ErrorCode, SuiteError } from "../errors.ts";
import type { PlaneCredential } from "../plane/credential.ts";
import type { TokenRow } from "../store/oauth/oauth_tokens.ts";
import type { Refreshed } from "./refresh.ts";
import { openTokenSet } from "./token_set.ts";

export interface CredentialDependencies {
  /** The grant, read anew. */
  readonly find: () => Promise<TokenRow | undefined>;
  /** Refreshes it unless somebody else does; see `refreshToken`. */
  readonly refresh: (id: string, unusableGeneration: number) => Promise<Refreshed>;
  readonly ring: () => Promise<KeyRing>;
  /** A clock that never goes back, in ms. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** Nobody refreshes before `refresh_at`, but somebody may consent again, or remove the grant; in ms. */
const LONGEST_MEMORY_MS = 60_000;
/** Waiting for another worker's refresh: how long, and how often it is looked for; in ms. */
const PATIENCE_MS = 20_000;
const PAUSE_MS = 150;

/**
 * @param name short and stable, for the budget and the log
 * @returns a credential whose `headers()` throws SuiteError oauth_needs_reauthorization when no grant is live,
 *   oauth_unavailable with retryAfterMs while the authorization server is away, token_unreadable
 */
export function oauthCredential(name: string, deps: CredentialDependencies): PlaneCredential {
  let known: { token: string; until: number } | undefined;
  let asking: Promise<string> | undefined;

  async function ask(): Promise<string> {
    const askedAt = deps.now();
    const { token, goodForMs } = await liveToken(deps);
    known = { token, until: askedAt + goodForMs };
    return token;
  }
  return {
    name,
    async headers() {
      if (known !== undefined && deps.now() < known.until) return bearer(known.token);
      asking ??= ask().finally(() => asking = undefined);
      return bearer(await asking);
    },
  };
}

async function liveToken(deps: CredentialDependencies): Promise<{ token: string; goodForMs: number }> {
  const patientUntil = deps.now() + PATIENCE_MS;
  for (;;) {
    const row = await deps.find();
    if (row === undefined || row.status === "needs_reauthorization") {
      throw new SuiteError("oauth_needs_reauthorization");
    }
    if (row.usableForMs > 0) {
      const { access } = await openTokenSet(await deps.ring(), row);
      const goodForMs = Math.min(LONGEST_MEMORY_MS, row.usableForMs, row.refreshInMs);
      if (access !== null) return { token: access, goodForMs };
    }
    if (row.cooldownMs > 0) throw pausing(row);
    if (await deps.refresh(row.id, row.generation) === "refreshed") continue;
    if (deps.now() >= patientUntil) throw new SuiteError("oauth_unavailable", { retryAfterMs: PATIENCE_MS });
    await deps.sleep(PAUSE_MS);
  }
}

/** The reason of the last failure, which an operator can do something about, rather than "not now". */
function pausing({ cooldownMs, lastError }: TokenRow): SuiteError {
  const codes: readonly ErrorCode[] = [
    "oauth_refused",
    "oauth_not_configured",
    "token_keys_invalid",
    "token_unreadable",
  ];
  const code = codes.find((code) => code === lastError) ?? "oauth_unavailable";
  return new SuiteError(code, { retryAfterMs: Math.ceil(cooldownMs) });
}

function bearer(token: string): Record<string, string> {
  return { Authorization: `Bearer ${token}` };
}
