/** The tag a module's tasks carry. It is remembered as a module's, so that it never becomes a label in Plane. */
import { SuiteError } from "../../errors.ts";
import type { OdooClient } from "../../odoo/client.ts";
import type { SyncDependencies } from "../sides/dependencies.ts";
import { moduleTagExternalId } from "../sides/external_id.ts";
import { TAG_MODEL } from "../sides/models.ts";
import { findByExternalId } from "../sides/odoo_records.ts";
import { findOrCreateTags } from "../sides/tags.ts";

/** How many names are tried. */
const MOST_NAMES = 9;

/** The tag of a module that is a project of its own; made, or renamed when the module was. */
export async function moduleTag(moduleId: string, title: string, deps: SyncDependencies): Promise<number> {
  const { store } = deps;
  const odoo = deps.odoo();
  const known = (await store.readValues({ module: [moduleId] })).module.get(moduleId);
  if (known !== undefined && known.odooId !== null) {
    if (known.manual || known.planeName === title) return known.odooId;
    try {
      await odoo.write(TAG_MODEL, [known.odooId], { name: title });
      await rememberModuleTag(moduleId, title, known.odooId, deps);
      return known.odooId;
    } catch (thrown) {
      const code = thrown instanceof SuiteError ? thrown.code : "internal";
      // Another tag has the name: this one keeps the one it has.
      if (code === "odoo_rejected") return known.odooId;
      if (code !== "odoo_missing_record") throw thrown;
    }
  }
  const tag = await makeTag(moduleId, title, odoo);
  if (tag === undefined) throw new SuiteError("odoo_bad_answer", { facts: { model: TAG_MODEL } });
  await rememberModuleTag(moduleId, title, tag, deps);
  return tag;
}

/**
 * Made with a name that says whose it is, or found by that when it was made before: its worker may have died before it said so,
 * the module may be called something else by now, and nobody may take the tag for a label in between. Names of tags are unique:
 * where another tag has this one, a tag made before keeps the name it has, else the other one is the module's.
 */
async function makeTag(moduleId: string, title: string, odoo: OdooClient): Promise<number | undefined> {
  const external = moduleTagExternalId(moduleId);
  try {
    return (await odoo.load(TAG_MODEL, ["id", "name"], [[external, title]]))[0];
  } catch (thrown) {
    if (!(thrown instanceof SuiteError) || thrown.code !== "odoo_rejected") throw thrown;
    return await findByExternalId(odoo, TAG_MODEL, external) ??
      (await findOrCreateTags(odoo, [title])).get(title);
  }
}

export async function rememberModuleTag(
  moduleId: string,
  title: string,
  tag: number,
  { store }: SyncDependencies,
): Promise<void> {
  await store.rememberValues("module", TAG_MODEL, [{ planeValue: moduleId, planeName: title, odooId: tag }]);
}

/**
 * The name for a module that is a tag itself. Names of tags are unique in all of Odoo: where another tag has it, a number is put
 * behind. One it has already is kept.
 *
 * @param present the tag's name now; null when it is about to be made
 */
export async function freeTagName(
  title: string,
  present: string | null,
  { odoo }: SyncDependencies,
): Promise<string> {
  const names = [title, ...Array.from({ length: MOST_NAMES - 1 }, (_, index) => `${title} (${index + 2})`)];
  if (present !== null && names.includes(present)) return present;
  const tags = await odoo().searchRead(TAG_MODEL, [["name", "in", names]], ["name"]);
  const taken = new Set(tags.map(({ name }) => name));
  return names.find((name) => !taken.has(name)) ?? title;
}
