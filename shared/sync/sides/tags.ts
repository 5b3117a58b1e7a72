import { z } from "zod";
import { SuiteError } from "../../errors.ts";
import type { OdooClient, OdooDomain } from "../../odoo/client.ts";
import type { SyncDependencies } from "./dependencies.ts";
import { planeRecordOf } from "./external_id.ts";
import { TAG_MODEL } from "./models.ts";
import { externalIdsOf } from "./odoo_records.ts";
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

/**
 * Those of these tags that stand for modules: what is remembered, and what bears the name we give a module's tag as we make it.
 * Its worker may have died before it said so, and somebody may give it to a task meanwhile. Found by its name, it is remembered.
 */
export async function moduleTagsAmong(
  tags: readonly number[],
  { store, odoo }: Pick<SyncDependencies, "store" | "odoo">,
): Promise<Set<number>> {
  const modules = new Set(await store.odooValues("module", tags));
  const names = await externalIdsOf(odoo(), TAG_MODEL, tags.filter((id) => !modules.has(id)));
  const untold = new Map([...names].flatMap(([id, name]) => {
    const record = planeRecordOf(name);
    return record?.type === "module" ? [[id, record.id] as const] : [];
  }));
  if (untold.size === 0) return modules;
  const found = await readTags(odoo(), [...untold.keys()]);
  await store.rememberValues(
    "module",
    TAG_MODEL,
    found.flatMap(({ id, name }) => {
      const planeValue = untold.get(id);
      return planeValue === undefined ? [] : [{ planeValue, planeName: name, odooId: id }];
    }),
  );
  return new Set([...modules, ...untold.keys()]);
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
