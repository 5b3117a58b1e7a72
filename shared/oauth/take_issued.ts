/** What becomes of tokens that were just issued, seen what is stored by now. Pure: a refresh token the server gave is never dropped. */
import type { IssuedToken } from "./authorization_server.ts";
import type { TokenSet } from "./token_set.ts";

/** The attempt that brought them. */
export interface Attempt {
  readonly fence: number;
  /** The generation whose refresh token was used. */
  readonly generation: number;
  /** That refresh token, or the one before it when that one was used; null for bots, who have none. */
  readonly usedRefresh: string | null;
}

export interface Stored {
  readonly status: "active" | "needs_reauthorization";
  readonly generation: number;
  readonly storedFence: number;
  readonly tokens: TokenSet;
}

export type Decision =
  /** They are the grant's tokens now. */
  | { kind: "replace"; tokens: TokenSet }
  /** A later attempt's tokens are there already; ours stay as the fall-back. */
  | { kind: "keep_as_previous"; tokens: TokenSet }
  /** Nothing of ours is of use. */
  | { kind: "nothing" };

export function takeIssued(issued: IssuedToken, attempt: Attempt, stored: Stored): Decision {
  const { tokens } = stored;
  const expected = stored.generation === attempt.generation;
  // Two attempts with the same refresh token: one lost its lease on the way. The server answered the later one last.
  if (expected || stored.storedFence < attempt.fence || stored.status !== "active") {
    const refresh = issued.refresh ?? attempt.usedRefresh;
    const before = expected ? attempt.usedRefresh : tokens.refresh;
    return {
      kind: "replace",
      tokens: {
        access: issued.access,
        refresh,
        previousRefresh: before === refresh ? tokens.previousRefresh : before,
      },
    };
  }
  if (issued.refresh === null || issued.refresh === tokens.refresh) return { kind: "nothing" };
  return { kind: "keep_as_previous", tokens: { ...tokens, previousRefresh: issued.refresh } };
}
