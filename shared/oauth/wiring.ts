/** From configuration to what the OAuth room needs; shared by every function that refreshes a token. */
import type { Config } from "../config.ts";
import { type KeyRing, readKeyRing } from "../crypto/key_ring.ts";
import type { Log } from "../log.ts";
import type { Sql } from "../store/database.ts";
import { createTokenStore } from "../store/oauth/oauth_tokens.ts";
import { type AuthorizationServer, createAuthorizationServer } from "./authorization_server.ts";
import type { RefreshDependencies } from "./refresh.ts";
import { oauthSettings } from "./settings.ts";

export interface OAuthRuntime {
  readonly fetch: typeof fetch;
  /** A clock that never goes back, in ms. */
  readonly monotonicMs: () => number;
  /** Keeps the worker alive until the promise ends: a refresh goes on when the caller who needed it is gone. */
  readonly waitUntil?: (promise: Promise<unknown>) => void;
}

/** Nothing is read or checked before it is needed, so a function without OAuth boots without its settings. */
export function refreshDependencies(
  config: Config,
  sql: Sql,
  runtime: OAuthRuntime,
  log: Log,
): RefreshDependencies {
  return {
    tokens: createTokenStore(sql),
    ring: once<Promise<KeyRing>>(() => readKeyRing(config.tokenKeys)),
    server: once<AuthorizationServer>(() =>
      createAuthorizationServer(oauthSettings(config), { fetch: runtime.fetch })
    ),
    now: runtime.monotonicMs,
    random: Math.random,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    log,
  };
}

/** Made when first asked for; a failure is thrown again each time. */
function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}
