/** Which app we are at Plane's authorization server. */
import type { Config } from "../config.ts";
import { SuiteError } from "../errors.ts";
import { apiRoot } from "../plane/base_url.ts";

export interface OAuthSettings {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where `/auth/o/...` is, without a slash at the end: for the cloud `https://api.plane.so`. */
  readonly serverUrl: string;
  readonly scope: string | undefined;
  /** Exactly as registered with the app. */
  readonly redirectUrl: string;
  readonly pkce: boolean;
  readonly userFlow: boolean;
}

const CALLBACK = "/functions/v1/oauth-token-refresh/callback";
const CLOUD = "https://api.plane.so";

type Given = Pick<
  Config,
  | "planeOauthClientId"
  | "planeOauthClientSecret"
  | "planeOauthUrl"
  | "planeOauthScope"
  | "planeOauthRedirectUrl"
  | "planeOauthPkce"
  | "planeUserOauth"
  | "planeBaseUrl"
  | "supabaseUrl"
>;

/** @throws SuiteError oauth_not_configured when the app's id, its secret or an address to come back to is missing */
export function oauthSettings(config: Given): OAuthSettings {
  const { planeOauthClientId: clientId, planeOauthClientSecret: clientSecret } = config;
  const redirectUrl = config.planeOauthRedirectUrl ??
    (config.supabaseUrl === undefined ? undefined : new URL(CALLBACK, config.supabaseUrl).href);
  if (clientId === undefined || clientSecret === undefined || redirectUrl === undefined) {
    throw new SuiteError("oauth_not_configured");
  }
  return {
    clientId,
    clientSecret,
    serverUrl: config.planeOauthUrl?.replace(/\/+$/, "") ?? besidesApi(config.planeBaseUrl),
    scope: config.planeOauthScope,
    redirectUrl,
    pkce: config.planeOauthPkce === "on",
    userFlow: config.planeUserOauth === "on",
  };
}

/** The authorization server answers at the API's own host. */
function besidesApi(planeBaseUrl: string | undefined): string {
  return planeBaseUrl === undefined ? CLOUD : apiRoot(planeBaseUrl).replace(/\/api\/v1\/$/, "");
}
