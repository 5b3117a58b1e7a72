/** Law 3: without edits, writes go to zero. Law 9: nothing is ever deleted. Law 8: what was acknowledged is stored. */
import type { EngineCall, World } from "../world/world.ts";
import type { Evidence } from "./evidence.ts";

/** Requests of the engine that changed something: what is refused changes nothing. */
export function writesSince(world: World, at: number): string[] {
  return world.calls
    .filter((call) => call.at > at && call.status < 300 && isWrite(call))
    .map(({ side, method, path }) => `${side} ${method} ${path}`);
}

/** `PATCH {}` only asks Plane whether a hidden record is archived or deleted. */
export function isWrite({ side, method, path, body }: EngineCall): boolean {
  if (side === "plane") return method !== "GET" && !(method === "PATCH" && body === "{}");
  return !ODOO_READS.test(path);
}

const ODOO_READS =
  /\/(read|search|search_read|search_count|fields_get|check_object_reference|get_external_id|read_group|web_search_read|version)$/;

export function destructions(world: Pick<Evidence, "history">): string[] {
  const deleted = world.history.changes.filter(({ by, field, to }) =>
    by === "engine" && field === "record" && to === "deleted"
  );
  return deleted.map(({ side, record }) => `law 9: the engine deleted ${side}'s ${record.slice(0, 4)}`);
}

export async function unstored(world: World): Promise<string[]> {
  // A duplicate is acknowledged and not stored again.
  const stored = await world.store.deliveries();
  return stored <= world.acknowledged ? [] : [`law 8: ${stored} stored, ${world.acknowledged} acknowledged`];
}

/** Law 6: Plane never had to refuse for too many requests. */
export function refusals(world: World): string[] {
  const refused = world.calls.filter(({ side, status }) => side === "plane" && status === 429).length;
  return refused === 0 ? [] : [`law 6: Plane refused ${refused} requests of ours as too many`];
}
