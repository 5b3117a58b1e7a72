import { z } from "zod";
import { SuiteError } from "../../errors.ts";
import type { OdooClient, OdooDomain } from "../../odoo/client.ts";
import { escapePattern } from "./users.ts";

const tag = z.object({ id: z.number(), name: z.string() });

/**
 * Odoo's tags with these names, made where they are missing. Tag names are unique in the whole database: when somebody else
 * makes one at the same moment, Odoo refuses ours and theirs is found.
 *
 * @returns label name -> tag id
 */
export async function findOrCreateTags(
  odoo: OdooClient,
  names: readonly string[],
): Promise<Map<string, number>> {
  const wanted = [...new Set(names)];
  const found = await findTags(odoo, wanted);
  for (const name of wanted) {
    if (found.has(name)) continue;
    try {
      const [id] = await odoo.create("project.tags", [{ name }]);
      if (id !== undefined) found.set(name, id);
    } catch (thrown) {
      if (!(thrown instanceof SuiteError) || thrown.code !== "odoo_rejected") throw thrown;
      const theirs = (await findTags(odoo, [name])).get(name);
      if (theirs === undefined) throw thrown;
      found.set(name, theirs);
    }
  }
  return found;
}

/** These tags with their names. Those that are gone are absent. */
export async function readTags(
  odoo: OdooClient,
  ids: readonly number[],
): Promise<{ id: number; name: string }[]> {
  return (await odoo.read("project.tags", [...ids], ["name"])).map((record) => tag.parse(record));
}

/** By exact name, else whatever the case: `bug` in Odoo is what Plane calls `Bug`. */
async function findTags(odoo: OdooClient, names: readonly string[]): Promise<Map<string, number>> {
  if (names.length === 0) return new Map();
  const conditions = names.map((name) => ["name", "=ilike", escapePattern(name)] as const);
  const either: OdooDomain = [...new Array<"|">(conditions.length - 1).fill("|"), ...conditions];
  const tags = (await odoo.searchRead("project.tags", either, ["name"], { order: "id asc" })).map((record) =>
    tag.parse(record)
  );
  return new Map(names.flatMap((name) => {
    const match = tags.find((candidate) => candidate.name === name) ??
      tags.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
    return match === undefined ? [] : [[name, match.id] as const];
  }));
}
