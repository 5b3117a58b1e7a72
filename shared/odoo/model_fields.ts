/** What Odoo says of models that nobody knows before: asked once for each, because a configuration may name any. */
import { SuiteError } from "../errors.ts";
import { fieldsOf, type OdooCapabilities, type OdooFields } from "./capabilities.ts";
import type { OdooClient } from "./client.ts";

/**
 * The fields of a model, read once and kept; a failure is not kept.
 *
 * @returns a function that throws what the client throws, and `odoo_not_found` for a model this Odoo does not have
 */
export function createModelFields(client: () => OdooClient): (model: string) => Promise<OdooFields> {
  const kept = new Map<string, Promise<OdooFields>>();
  return async (model) => {
    const asked = kept.get(model) ?? fieldsOf(client(), model);
    kept.set(model, asked);
    try {
      return await asked;
    } catch (thrown) {
      kept.delete(model);
      throw thrown;
    }
  };
}

/** The same with the fields of these models. Null for one this Odoo does not have, nothing for one that could not be asked for. */
export async function withModels(
  capabilities: OdooCapabilities,
  models: readonly string[],
  read: (model: string) => Promise<OdooFields>,
): Promise<OdooCapabilities> {
  const described = await Promise.all(models.map(async (model): Promise<[string, OdooFields | null][]> => {
    try {
      return [[model, await read(model)]];
    } catch (thrown) {
      return thrown instanceof SuiteError && thrown.code === "odoo_not_found" ? [[model, null]] : [];
    }
  }));
  return { ...capabilities, otherFields: Object.fromEntries(described.flat()) };
}
