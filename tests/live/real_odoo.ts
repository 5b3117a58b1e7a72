/** The real Odoo of the live tests: the one the environment names. */
import type { SyncWorldOptions } from "../support/sync_world.ts";

export function realOdoo(protocol: "json2" | "jsonrpc"): NonNullable<SyncWorldOptions["realOdoo"]> {
  const { ODOO_URL, ODOO_DB, ODOO_LOGIN, ODOO_API_KEY } = Deno.env.toObject();
  if (!ODOO_URL || !ODOO_DB || !ODOO_LOGIN || !ODOO_API_KEY) {
    throw new Error("set ODOO_URL, ODOO_DB, ODOO_LOGIN and ODOO_API_KEY, or use task test:live");
  }
  return { url: ODOO_URL, database: ODOO_DB, login: ODOO_LOGIN, apiKey: ODOO_API_KEY, protocol };
}
