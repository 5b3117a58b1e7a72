/** The answer of `GET`: which grants there are, what is wrong with them, how far a change of key is. No secret, sealed or not. */
import type { KeyRing } from "../crypto/key_ring.ts";
import type { OAuthOverview } from "../store/oauth/oauth_overview.ts";
import type { OAuthSettings } from "./settings.ts";

export interface OAuthFacts {
  readonly overview: OAuthOverview;
  /** Undefined: OAuth is not configured. */
  readonly settings: OAuthSettings | undefined;
  /** Undefined: TOKEN_KEYS cannot be used. */
  readonly ring: KeyRing | undefined;
  readonly now: Date;
}

export function describeOAuth({ overview, settings, ring, now }: OAuthFacts) {
  const { tokens, sealedWith, consentsUnderWay } = overview;
  return {
    tokens,
    needs_reauthorization: tokens.filter(({ status }) => status === "needs_reauthorization").length,
    consents_under_way: consentsUnderWay,
    keys: {
      current: ring?.current ?? null,
      in_ring: [...ring?.keys.keys() ?? []],
      sealed_with: sealedWith,
      // A key with rows and not in the ring: those tokens cannot be read.
      missing: Object.keys(sealedWith).filter((key) => ring?.keys.has(key) !== true),
      // What may leave the ring now.
      unused: [...ring?.keys.keys() ?? []].filter((key) => key !== ring?.current && !(key in sealedWith)),
    },
    configured: {
      app: settings !== undefined,
      token_keys: ring !== undefined,
      user_flow: settings?.userFlow ?? false,
      pkce: settings?.pkce ?? false,
    },
    redirect_url: settings?.redirectUrl ?? null,
    authorization_server: settings?.serverUrl ?? null,
    last_checked: now.toISOString(),
  };
}
