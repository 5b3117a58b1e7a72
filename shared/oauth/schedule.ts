/** What runs by schedule: refreshing ahead of expiry, finding out whose tokens they are, sealing anew after a change of key. */
import { SuiteError, toSuiteError } from "../errors.ts";
import type { GrantStore } from "../store/oauth/oauth_grants.ts";
import type { TokenRow } from "../store/oauth/oauth_tokens.ts";
import { type RefreshDependencies, refreshToken } from "./refresh.ts";
import { openTokenSet, sealTokenSet } from "./token_set.ts";
import type { WhoseToken } from "./whose_token.ts";

export interface ScheduleDependencies extends RefreshDependencies {
  readonly grants: Pick<GrantStore, "identify" | "postponeLookup">;
  readonly whose: () => WhoseToken;
  /** Each lists the ids of at most so many grants; see store/oauth/oauth_overview.ts. */
  readonly due: (limit: number) => Promise<string[]>;
  readonly unidentified: (limit: number) => Promise<string[]>;
  readonly notSealedWith: (keyId: string, limit: number) => Promise<string[]>;
}

export interface ScheduleReport {
  readonly refreshed: number;
  /** Another worker had them. */
  readonly elsewhere: number;
  readonly failed: number;
  readonly identified: number;
  readonly resealed: number;
}

const BATCH = 50;
/** One run begins nothing after this, in ms: the next one is a minute away. */
const RUN_MS = 45_000;
const LOOKUP_COOLDOWN_MS = 300_000;

/** Never throws because of one grant; what failed is in its row and in the log. */
export async function runSchedule(deps: ScheduleDependencies): Promise<ScheduleReport> {
  const until = deps.now() + RUN_MS;
  const count = { refreshed: 0, elsewhere: 0, failed: 0, identified: 0, resealed: 0 };
  for (const id of await deps.due(BATCH)) {
    if (deps.now() > until) break;
    try {
      count[await refreshToken(deps, id, null) === "refreshed" ? "refreshed" : "elsewhere"]++;
    } catch (thrown) {
      count.failed++;
      deps.log("debug", "oauth_schedule", { token_id: id, code: toSuiteError(thrown).code });
    }
  }
  for (const id of await deps.unidentified(BATCH)) {
    if (deps.now() > until) break;
    if (await identify(deps, id)) count.identified++;
  }
  count.resealed = (await sealAnew(deps, BATCH)).resealed;
  return count;
}

/** Asks Plane whose token it is and writes it down. False: not now. */
export async function identify(deps: ScheduleDependencies, id: string): Promise<boolean> {
  const row = await deps.tokens.read(id);
  if (row === undefined) return false;
  try {
    const { access } = await openTokenSet(await deps.ring(), row);
    if (access === null) throw new SuiteError("oauth_unavailable");
    await deps.grants.identify(
      id,
      row.kind === "bot"
        ? await deps.whose().installation(access, row.appInstallationId ?? "")
        : await deps.whose().person(access),
    );
    return true;
  } catch (thrown) {
    deps.log("warn", "oauth_lookup_failed", { token_id: id, code: toSuiteError(thrown).code });
    await deps.grants.postponeLookup(id, LOOKUP_COOLDOWN_MS);
    return false;
  }
}

/**
 * Seals up to `limit` grants with the ring's present key. While it runs everything goes on: both keys open, and who writes at
 * the same time notices the changed version. What cannot be opened stays and is logged.
 */
export async function sealAnew(
  deps: Pick<ScheduleDependencies, "ring" | "tokens" | "notSealedWith" | "log">,
  limit: number,
): Promise<{ resealed: number; unreadable: number }> {
  const ring = await deps.ring();
  const count = { resealed: 0, unreadable: 0 };
  for (const id of await deps.notSealedWith(ring.current, limit)) {
    const row: TokenRow | undefined = await deps.tokens.read(id);
    if (row === undefined) continue;
    try {
      const sealed = await sealTokenSet(ring, id, row.version + 1, await openTokenSet(ring, row));
      // False: it was written meanwhile; if it still has the old key, the next run has it.
      if (await deps.tokens.reseal(id, row.version, sealed)) count.resealed++;
    } catch (thrown) {
      const { code } = toSuiteError(thrown);
      if (code !== "token_unreadable") throw thrown;
      count.unreadable++;
      deps.log("error", "oauth_stored_token_unreadable", { token_id: id, version: row.version });
    }
  }
  return count;
}
