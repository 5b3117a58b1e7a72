/** The clients of both sides, as far as they are configured. */
import type { Config } from "../../../shared/config.ts";
import { SuiteError } from "../../../shared/errors.ts";
import { createOdooClient, type OdooClient } from "../../../shared/odoo/client.ts";
import { PlaneClient } from "../../../shared/plane/client.ts";
import type { PlaneReader } from "../../../shared/sync/observe.ts";
import { createPlaneDirectory } from "../../../shared/sync/plane_directory.ts";

/** @returns a function that throws SuiteError odoo_not_configured when an address or a key is missing */
export function odooClient(config: Config, fetch: typeof globalThis.fetch): () => OdooClient {
  const { odooUrl, odooApiKey, odooDatabase, odooLogin } = config;
  if (odooUrl === undefined || odooApiKey === undefined) {
    return () => {
      throw new SuiteError("odoo_not_configured");
    };
  }
  const client = createOdooClient({
    url: odooUrl,
    apiKey: odooApiKey,
    protocol: config.odooProtocol,
    timeoutMs: config.odooTimeoutMs,
    ...(odooDatabase === undefined ? {} : { database: odooDatabase }),
    ...(odooLogin === undefined ? {} : { login: odooLogin }),
  }, { fetch });
  return () => client;
}

/** Undefined: Plane cannot be read; v1 webhooks carry whole records, so much works without. */
export function planeReader(
  config: Config,
  runtime: { fetch: typeof globalThis.fetch; monotonicMs: () => number },
): PlaneReader | undefined {
  const { planeBaseUrl, planeApiKey, planeWorkspaceSlug } = config;
  if (planeBaseUrl === undefined || planeApiKey === undefined || planeWorkspaceSlug === undefined) {
    return undefined;
  }
  const client = new PlaneClient(
    { baseUrl: planeBaseUrl, apiKey: planeApiKey, workspaceSlug: planeWorkspaceSlug },
    { fetch: runtime.fetch },
  );
  return { client, directory: createPlaneDirectory(client, runtime.monotonicMs) };
}
