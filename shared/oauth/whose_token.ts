/** Whose token it is: Plane is asked with the token itself. The user's id tells our own changes from others' (echoes). */
import { z } from "zod";
import { SuiteError } from "../errors.ts";
import type { Identity } from "../store/oauth/oauth_grants.ts";

const LOOKUP_MS = 10_000;

const installations = z.array(z.object({
  workspace: z.string().nullish(),
  workspace_detail: z.object({ id: z.string().nullish(), slug: z.string().nullish() }).nullish(),
  app_bot: z.string().min(1),
}));

const person = z.object({ id: z.string().min(1) });

export interface WhoseToken {
  /** `GET /auth/o/app-installation/?id=`: the bot's user and its workspace. */
  installation(accessToken: string, appInstallationId: string): Promise<Identity>;
  /** `GET /api/v1/users/me/`. */
  person(accessToken: string): Promise<Identity>;
}

/** @returns lookups that throw SuiteError oauth_unavailable when Plane does not say it */
export function createWhoseToken(serverUrl: string, deps: { fetch: typeof fetch }): WhoseToken {
  async function read<Value>(path: string, accessToken: string, schema: z.ZodType<Value>): Promise<Value> {
    try {
      const answer = await deps.fetch(`${serverUrl}${path}`, {
        headers: { Authorization: `Bearer ${accessToken}`, Accept: "application/json" },
        // A token must never travel on to where a redirect points.
        redirect: "manual",
        signal: AbortSignal.timeout(LOOKUP_MS),
      });
      const text = await answer.text();
      if (answer.status !== 200) throw unknown(answer.status);
      return schema.parse(JSON.parse(text));
    } catch (thrown) {
      // Without the cause: it may quote what was answered.
      throw thrown instanceof SuiteError ? thrown : unknown(null);
    }
  }
  return {
    async installation(accessToken, appInstallationId) {
      const path = `/auth/o/app-installation/?id=${encodeURIComponent(appInstallationId)}`;
      const [found] = await read(path, accessToken, installations);
      if (found === undefined) throw unknown(200);
      return {
        planeUserId: found.app_bot,
        workspaceId: found.workspace ?? found.workspace_detail?.id ?? null,
        workspaceSlug: found.workspace_detail?.slug ?? null,
      };
    },
    async person(accessToken) {
      const { id } = await read("/api/v1/users/me/", accessToken, person);
      return { planeUserId: id, workspaceId: null, workspaceSlug: null };
    },
  };
}

function unknown(status: number | null): SuiteError {
  return new SuiteError("oauth_unavailable", {
    message: "Plane did not say whose token it is.",
    facts: { attempt: "whose_token", status },
  });
}
