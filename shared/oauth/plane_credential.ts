/** Who a function is to Plane, chosen by configuration. */
import type { Config } from "../config.ts";
import type { Log } from "../ops/log.ts";
import { apiKeyCredential, type PlaneCredential } from "../plane/credential.ts";
import type { Sql } from "../store/database.ts";
import { oauthCredential } from "./credential.ts";
import { refreshToken } from "./refresh.ts";
import { type OAuthRuntime, refreshDependencies } from "./wiring.ts";

/**
 * Who we are to Plane: the key of the environment; without one, the bot that is installed in the workspace.
 *
 * @returns undefined when neither is configured
 */
export function planeCredential(
  config: Config,
  sql: Sql,
  runtime: OAuthRuntime,
  log: Log,
): PlaneCredential | undefined {
  const { planeApiKey, planeOauthClientId, tokenKeys, planeWorkspaceSlug: slug } = config;
  if (planeApiKey !== undefined) return apiKeyCredential(planeApiKey);
  if (planeOauthClientId === undefined || tokenKeys === undefined || slug === undefined) return undefined;
  const deps = refreshDependencies(config, sql, runtime, log);
  return oauthCredential(`oauth:${slug}`, {
    ...deps,
    find: () => deps.tokens.findBot(slug),
    refresh: (id, unusableGeneration) => {
      const refreshing = refreshToken(deps, id, unusableGeneration);
      runtime.waitUntil?.(refreshing.catch(() => {}));
      return refreshing;
    },
  });
}
