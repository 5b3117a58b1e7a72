/** Who is in a cycle or module, as far as Plane's list can be believed. */
import type { JsonObject } from "../../json.ts";
import { SuiteError } from "../../errors.ts";
import { GoneInPlane } from "../sides/gone_in_plane.ts";
import { membersIn } from "./membership.ts";

/**
 * The work items in a cycle or module. Plane 1.3.1 lists none for one that was deleted, with 200: so before anybody counts as
 * having left, `read` asks whether it is still there.
 *
 * @param base holds the members agreed on
 * @throws SuiteError GoneInPlane when it is not there
 */
export async function listedMembers(
  base: JsonObject,
  list: () => Promise<string[]>,
  read: () => Promise<unknown>,
): Promise<string[]> {
  const items = await list();
  const listed = new Set(items);
  if ([...membersIn(base).keys()].every((item) => listed.has(item))) return items;
  try {
    await read();
  } catch (thrown) {
    if (thrown instanceof SuiteError && thrown.code === "plane_not_found") throw new GoneInPlane();
    throw thrown;
  }
  return items;
}
