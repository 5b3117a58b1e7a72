/** When a token is refreshed, and until when it is used. Pure. */
import type { Lifetime } from "../store/oauth/oauth_tokens.ts";

/** A token is not used in the last part of its life: a request has to arrive and be answered with it. At most, in s. */
const LAST_SECONDS = 30;

/**
 * Refreshed ahead of its expiry, between 80 and 90 % of its life: a day's token with hours to spare for an authorization server
 * that is down, and grants made together do not come due together.
 *
 * @param issuedAt the time the request began, as the database wrote it: the token may be that old already
 * @param expiresIn seconds
 * @param random in [0, 1)
 */
export function lifetimeOf(issuedAt: string, expiresIn: number, random: number): Lifetime {
  return {
    issuedAt,
    expiresIn,
    usableFor: expiresIn - Math.min(LAST_SECONDS, expiresIn / 10),
    refreshAfter: expiresIn * (0.8 + random / 10),
  };
}
