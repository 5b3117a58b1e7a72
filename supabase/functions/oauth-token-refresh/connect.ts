/** From configuration to the app's dependencies. */
import type { Config } from "../../../shared/config.ts";
import { SuiteError, toSuiteError } from "../../../shared/errors.ts";
import { authenticateManagement } from "../../../shared/http/management_auth.ts";
import { beginConsent, type ConsentDependencies, finishConsent } from "../../../shared/oauth/consent.ts";
import { describeOAuth } from "../../../shared/oauth/describe.ts";
import { refreshToken } from "../../../shared/oauth/refresh.ts";
import {
  identify,
  runSchedule,
  type ScheduleDependencies,
  sealAnew,
} from "../../../shared/oauth/schedule.ts";
import { oauthSettings } from "../../../shared/oauth/settings.ts";
import { createWhoseToken } from "../../../shared/oauth/whose_token.ts";
import { type OAuthRuntime, refreshDependencies } from "../../../shared/oauth/wiring.ts";
import { createLog } from "../../../shared/log.ts";
import { openDatabase, type Sql } from "../../../shared/store/database.ts";
import { createGrantStore } from "../../../shared/store/oauth/oauth_grants.ts";
import {
  dueTokens,
  readOverview,
  tokensNotSealedWith,
  unidentifiedTokens,
} from "../../../shared/store/oauth/oauth_overview.ts";
import type { AppDependencies } from "./app.ts";

/** What the runtime gives. */
export interface Runtime extends OAuthRuntime {
  writeLine: (line: string) => void;
}

/** Grants sealed anew by one request. */
const ROTATION_BATCH = 500;

export function connect(config: Config, runtime: Runtime, sql: Sql = openDatabase(config)): AppDependencies {
  const log = createLog(runtime.writeLine, Date.now, config.logLevel);
  const refreshing = refreshDependencies(config, sql, runtime, log);
  const grants = createGrantStore(sql);
  const settings = () => oauthSettings(config);
  const schedule: ScheduleDependencies = {
    ...refreshing,
    grants,
    whose: () => createWhoseToken(settings().serverUrl, runtime),
    due: (limit) => dueTokens(sql, limit),
    unidentified: (limit) => unidentifiedTokens(sql, limit),
    notSealedWith: (keyId, limit) => tokensNotSealedWith(sql, keyId, limit),
  };
  const consent: ConsentDependencies = { ...refreshing, grants, settings };

  async function shown(id: string): Promise<Record<string, unknown>> {
    const token = (await readOverview(sql)).tokens.find((each) => each.id === id);
    if (token === undefined) throw new SuiteError("not_found");
    return { token };
  }
  return {
    authenticate: (request) => authenticateManagement(request, config),
    status: async () =>
      describeOAuth({
        overview: await readOverview(sql),
        settings: attempted(settings),
        ring: await refreshing.ring().catch(() => undefined),
        now: new Date(),
      }),
    begin: (kind, opsUser) => beginConsent(consent, kind, opsUser),
    finish: async (callback) => {
      const { id, kind } = await finishConsent(consent, callback);
      if (kind === "bot") {
        try {
          await refreshToken(refreshing, id, null);
        } catch (thrown) {
          // The grant is stored: when Plane is only slow now, the schedule goes on with it.
          const { code } = toSuiteError(thrown);
          if (code !== "oauth_unavailable") throw thrown;
          return { pending: code, ...await shown(id) };
        }
      }
      await identify(schedule, id);
      return await shown(id);
    },
    runSchedule: () => runSchedule(schedule),
    refresh: async (id) => {
      const row = await refreshing.tokens.read(id);
      if (row === undefined) throw new SuiteError("not_found");
      if (row.status === "needs_reauthorization") throw new SuiteError("oauth_needs_reauthorization");
      const outcome = await refreshToken(refreshing, id, row.generation);
      return { outcome, ...await shown(id) };
    },
    rotateKeys: async () => {
      const done = await sealAnew(schedule, ROTATION_BATCH);
      const { current } = await refreshing.ring();
      const { sealedWith } = await readOverview(sql);
      return {
        ...done,
        current_key: current,
        sealed_with: sealedWith,
        remaining: others(sealedWith, current),
      };
    },
    remove: (id) => grants.remove(id),
    log,
    now: runtime.monotonicMs,
  };
}

function others(sealedWith: Readonly<Record<string, number>>, current: string): number {
  return Object.entries(sealedWith).reduce((sum, [key, rows]) => key === current ? sum : sum + rows, 0);
}

function attempted<Value>(make: () => Value): Value | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
