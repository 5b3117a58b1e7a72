/** The clients of both sides, as far as they are configured, each behind its breaker. */
import type { Breaker } from "../../../shared/circuit/breaker.ts";
import { guardedOdoo, guardedPlane } from "../../../shared/circuit/guarded.ts";
import type { Config } from "../../../shared/config.ts";
import { SuiteError } from "../../../shared/errors.ts";
import { createOdooClient, type OdooClient } from "../../../shared/odoo/client.ts";
import type { CallBudget, Lane } from "../../../shared/plane/call_budget.ts";
import { PlaneClient } from "../../../shared/plane/client.ts";
import type { PlaneCredential } from "../../../shared/plane/credential.ts";
import { withinBudget } from "../../../shared/plane/within_budget.ts";
import { withRetries } from "../../../shared/plane/with_retries.ts";
import type { PlaneAccess } from "../../../shared/sync/sides/dependencies.ts";
import { createPlaneDirectory } from "../../../shared/sync/sides/plane_directory.ts";

/** @returns a function that throws SuiteError odoo_not_configured when an address or a key is missing */
export function odooClient(
  config: Config,
  fetch: typeof globalThis.fetch,
  breaker: Breaker,
): () => OdooClient {
  const { odooUrl, odooApiKey, odooDatabase, odooLogin } = config;
  if (odooUrl === undefined || odooApiKey === undefined) {
    return () => {
      throw new SuiteError("odoo_not_configured");
    };
  }
  const plain = createOdooClient({
    url: odooUrl,
    apiKey: odooApiKey,
    protocol: config.odooProtocol,
    timeoutMs: config.odooTimeoutMs,
    ...(odooDatabase === undefined ? {} : { database: odooDatabase }),
    ...(odooLogin === undefined ? {} : { login: odooLogin }),
  }, { fetch });
  const client = guardedOdoo(plain, breaker);
  return () => client;
}

/** The longest a change waits for its slot in the budget before its entity steps back, in ms. */
const LONGEST_WAIT_MS = 15_000;
/** The longest one call may take with waiting and retries, in ms: well within an entity's lease. */
const CALL_DEADLINE_MS = 45_000;
/** The longest one call may take altogether, in ms: no write begins when the lease ends sooner. */
export const PLANE_TIMEOUT_MS = CALL_DEADLINE_MS;

/**
 * Undefined: Plane cannot be read; v1 webhooks carry whole records, so much works without. Every request is booked in the
 * budget all workers share, in its lane: changes on their way, unless said otherwise.
 */
export function planeAccess(
  config: Config,
  runtime: { fetch: typeof globalThis.fetch; monotonicMs: () => number },
  budget: CallBudget,
  credential: PlaneCredential | undefined,
  breaker: Breaker,
  lane: Lane = "live",
): PlaneAccess | undefined {
  const { planeBaseUrl, planeWorkspaceSlug } = config;
  if (planeBaseUrl === undefined || credential === undefined || planeWorkspaceSlug === undefined) {
    return undefined;
  }
  const now = runtime.monotonicMs;
  const booked = {
    budget,
    credential: credential.name,
    lane,
    longestWaitMs: LONGEST_WAIT_MS,
    now,
  } as const;
  const client = new PlaneClient(
    { baseUrl: planeBaseUrl, credential, workspaceSlug: planeWorkspaceSlug },
    {
      fetch: runtime.fetch,
      wrap: (transport) =>
        withRetries(guardedPlane(withinBudget(transport, booked), breaker), {
          now,
          random: Math.random,
          deadlineMs: CALL_DEADLINE_MS,
        }),
    },
  );
  return { client, directory: createPlaneDirectory(client, now) };
}
