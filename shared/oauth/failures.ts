/**
 * What a failed request to the authorization server means. The library's errors carry whole answers, tokens included, so none of
 * them is kept, not even as a cause: only the error's registered name (RFC 6749, 5.2) and the status.
 */
import * as oauth from "oauth4webapi";
import { SuiteError } from "../errors.ts";

export type OAuthAttempt = "bot_token" | "exchange_code" | "refresh_token" | "consent";

/** Names the standards define; anything else could be anything. */
const NAMES = new Set([
  ...["invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type"],
  ...["invalid_scope", "access_denied", "unsupported_response_type", "server_error"],
  ...["temporarily_unavailable", "slow_down"],
]);

/** `invalid_grant`: the installation, code or refresh token is not good any more. */
export function oauthFailure(attempt: OAuthAttempt, thrown: unknown): SuiteError {
  if (attempt === "consent") return consentFailure(thrown);
  const { status, name } = answered(thrown);
  const facts = {
    attempt,
    ...(status === undefined ? {} : { status }),
    ...(name === undefined ? {} : { name }),
  };
  if (name === "invalid_grant") return new SuiteError("oauth_needs_reauthorization", { facts });
  const overloaded = status === 429 || name === "temporarily_unavailable" || name === "slow_down";
  if (status !== undefined && status >= 400 && status < 500 && !overloaded) {
    return new SuiteError("oauth_refused", {
      message: `The authorization server refused the app or its request (${name ?? status}).`,
      facts,
    });
  }
  // Nothing, 5xx, or something that is no token endpoint's answer: it may have issued a token nobody has seen.
  return new SuiteError("oauth_unavailable", { facts, outcomeUnknown: !overloaded });
}

function consentFailure(thrown: unknown): SuiteError {
  if (!(thrown instanceof oauth.AuthorizationResponseError)) return new SuiteError("oauth_state_invalid");
  const name = known(thrown.error);
  return new SuiteError("oauth_denied", { facts: name === undefined ? {} : { name } });
}

function answered(thrown: unknown): { status?: number; name?: string | undefined } {
  if (thrown instanceof oauth.ResponseBodyError) return { status: thrown.status, name: known(thrown.error) };
  // What the library cannot read it gives back as the cause.
  const cause = thrown instanceof Error ? thrown.cause : undefined;
  return cause instanceof Response ? { status: cause.status } : {};
}

function known(name: string): string | undefined {
  return NAMES.has(name) ? name : undefined;
}
