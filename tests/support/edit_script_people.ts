/** The people of an edit script in an Odoo: who acts, and two whom tasks are given to. */
import { createOdooClient, type OdooClient } from "../../shared/odoo/client.ts";
import { SuiteError } from "../../shared/errors.ts";
import type { OdooDoor } from "../sim/world/odoo_door.ts";

const PROJECT_USER = [["base", "group_user"], ["project", "group_project_user"]] as const;
const REFUSALS = ["odoo_rejected", "odoo_forbidden", "odoo_missing_record", "odoo_server_error"];

export interface OdooPlace {
  url: string;
  database: string;
}

/**
 * Tasks are edited by a plain project user made for it, whose password is good for JSON-RPC only; projects by the integration's
 * own user, who may be a person too. `refusals`: what Odoo did not take from them. `leave` archives the one made here.
 */
export async function enterOdoo(
  admin: OdooClient,
  place: OdooPlace,
  unique: string,
): Promise<{ door: OdooDoor; refusals: string[]; leave(): Promise<void> }> {
  const refusals: string[] = [];
  const [login, password] = [`person ${unique}`, crypto.randomUUID()];
  const groups = await Promise.all(PROJECT_USER.map(([module, name]) => groupId(admin, module, name)));
  const users = await admin.create("res.users", [
    { name: login, login, password, group_ids: [[6, 0, groups]] },
  ]);
  const config = { ...place, login, apiKey: password, protocol: "jsonrpc" as const, timeoutMs: 20_000 };
  const clients = { person: createOdooClient(config, { fetch }), manager: admin };
  return {
    door: {
      run: (role, model, method, ids, args) =>
        clients[role].call(model, method, method === "create" ? args : { ids, ...args }),
      isRefusal: (thrown) => {
        if (!(thrown instanceof SuiteError) || !REFUSALS.includes(thrown.code)) return false;
        refusals.push(`${thrown.code}: ${thrown.message}`);
        return true;
      },
    },
    refusals,
    leave: () => admin.write("res.users", users, { active: false }),
  };
}

/** Users with these addresses; a login can never be used twice, so they are made once and stay. */
export async function haveUsers(admin: OdooClient, addresses: readonly string[]): Promise<void> {
  for (const address of addresses) {
    const known = await admin.search("res.users", [["login", "=", address]], {}, {
      context: { active_test: false },
    });
    if (known.length === 0) {
      await admin.create("res.users", [{ name: address, login: address, email: address }]);
    }
  }
}

async function groupId(admin: OdooClient, module: string, xml_id: string): Promise<number> {
  const found = await admin.call("ir.model.data", "check_object_reference", { module, xml_id });
  if (!Array.isArray(found)) throw new Error(`no ${module}.${xml_id}`);
  return Number(found[1]);
}
