/** How people get into an Odoo: two of them, one of whom also administers projects. */
import { OdooException } from "../../../dev/sandbox/odoo/exceptions.ts";
import { methodOf } from "../../../dev/sandbox/odoo/methods.ts";
import type { InProcessSandboxOdoo } from "../../../dev/sandbox/odoo/server.ts";

/** `person` edits tasks; `manager` may also make and change projects. */
export type Role = "person" | "manager";

export interface OdooDoor {
  /** Calls a method; throws what Odoo refuses. */
  run(role: Role, model: string, method: string, ids: number[], args: Record<string, unknown>): unknown;
  isRefusal(thrown: unknown): boolean;
}

/** @param users their ids in Odoo */
export function sandboxDoor(odoo: InProcessSandboxOdoo, users: Readonly<Record<Role, number>>): OdooDoor {
  return {
    run: (role, model, name, ids, args) => {
      const method = methodOf(model, name);
      if (method === undefined) throw new Error(`no method ${name}`);
      const caller = { userId: users[role], administrator: role === "manager" };
      return odoo.world.run(caller, {}, method, model, ids, args);
    },
    isRefusal: (thrown) => thrown instanceof OdooException,
  };
}
