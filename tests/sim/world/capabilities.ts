/** What the sandbox Odoo can hold: asked once for all runs, because every world has the same. */
import { createSandboxOdoo } from "../../../dev/sandbox/odoo/server.ts";
import { type OdooCapabilities, readCapabilities } from "../../../shared/odoo/capabilities.ts";
import { createOdooClient } from "../../../shared/odoo/client.ts";

let asked: Promise<OdooCapabilities> | undefined;

export function capabilitiesOf(): Promise<OdooCapabilities> {
  if (asked !== undefined) return asked;
  const odoo = createSandboxOdoo();
  const client = createOdooClient({ ...odoo, protocol: "json2", timeoutMs: 45_000 }, { fetch: odoo.fetch });
  return asked = readCapabilities(client);
}
