/** The three calls a pair costs in Odoo: read, make or change, read back. */
import type { Json } from "../../json.ts";
import type { OdooFields } from "../../odoo/capabilities.ts";
import { z } from "zod";
import type { OdooClient, OdooDomain, OdooRecord } from "../../odoo/client.ts";
import { SuiteError } from "../../errors.ts";

/** Null when it does not exist. Archived records are found. */
export async function readRecord(
  odoo: OdooClient,
  model: string,
  id: number,
  fields: readonly string[],
): Promise<OdooRecord | null> {
  const [record] = await odoo.read(model, [id], [...fields], { context: { active_test: false } });
  return record ?? null;
}

/**
 * The id of the record with this external id, archived or not; null when there is none. Odoo says ValueError for an unknown
 * one, and false for one that its user may not see.
 *
 * @throws SuiteError odoo_bad_answer when the name belongs to another model
 */
export async function findByExternalId(
  odoo: OdooClient,
  model: string,
  externalId: string,
): Promise<number | null> {
  const dot = externalId.indexOf(".");
  const name = { module: externalId.slice(0, dot), xml_id: externalId.slice(dot + 1) };
  try {
    const answer = await odoo.call("ir.model.data", "check_object_reference", name, {
      context: { active_test: false },
    });
    const [found, id] = Array.isArray(answer) ? answer as unknown[] : [];
    if (found === model && typeof id === "number") return id;
    if (found === model && id === false) return null;
  } catch (thrown) {
    if (thrown instanceof SuiteError && thrown.code === "odoo_bad_request") return null;
    throw thrown;
  }
  throw new SuiteError("odoo_bad_answer", { facts: { model, method: "check_object_reference" } });
}

/**
 * @throws SuiteError odoo_missing_record with retry `now` when the record itself was deleted since it was read: the next look
 *   finds that out and settles it. When something in the values is missing, the error is the client's.
 */
export async function writeRecord(
  odoo: OdooClient,
  model: string,
  id: number,
  values: Readonly<Record<string, Json>>,
): Promise<void> {
  try {
    await odoo.write(model, [id], values);
  } catch (thrown) {
    if (!(thrown instanceof SuiteError) || thrown.code !== "odoo_missing_record") throw thrown;
    if (thrown.facts.missingModel !== model || thrown.facts.missingId !== id) throw thrown;
    throw new SuiteError("odoo_missing_record", { retry: "now", facts: { model }, cause: thrown });
  }
}

/**
 * Makes the record with this external id, or updates it when a crash kept its id from us: one call, one transaction, never
 * a second record.
 */
export async function makeRecord(
  odoo: OdooClient,
  model: string,
  externalId: string,
  values: Readonly<Record<string, Json>>,
  fields: OdooFields,
): Promise<number> {
  const cells = Object.entries(values).map(([name, value]) => loadCell(name, value, fields[name]?.type));
  const [id] = await odoo.load(
    model,
    ["id", ...cells.map(([column]) => column)],
    [[externalId, ...cells.map(([, text]) => text)]],
  ).catch(async (thrown: unknown) => {
    // Some records cannot be loaded twice (a message's place is for administrators): another worker made it just now.
    const refused = thrown instanceof SuiteError && thrown.code === "odoo_rejected";
    if (!refused || await findByExternalId(odoo, model, externalId) === null) throw thrown;
    throw new SuiteError("odoo_conflict", { facts: { model, method: "load" }, cause: thrown });
  });
  if (id === undefined) throw new SuiteError("odoo_bad_answer", { facts: { model, method: "load" } });
  return id;
}

/** A value as `write` takes it, as the column and the text `load` takes: relations by database id, empty text for empty. */
function loadCell(
  name: string,
  value: Json,
  type: string | undefined,
): [column: string, text: string] {
  const column = type === "many2one" || type === "many2many" ? `${name}/.id` : name;
  if (Array.isArray(value)) return [column, linkedIds(value).join(",")];
  if (type === "boolean") return [column, value === true ? "True" : "False"];
  return [column, value === null || value === false ? "" : String(value)];
}

/** The ids of `[[6, 0, ids]]`, Odoo's command for "exactly these". */
function linkedIds(commands: readonly Json[]): readonly Json[] {
  const [command] = commands;
  const ids = Array.isArray(command) ? command[2] : [];
  return Array.isArray(ids) ? ids : [];
}

const externalIds = z.record(z.string(), z.string());

/** The external id of a record, `module.name`; null when it has none. Every user may ask. */
export async function externalIdOf(odoo: OdooClient, model: string, id: number): Promise<string | null> {
  return (await externalIdsOf(odoo, model, [id])).get(id) ?? null;
}

/** The same for several at once: by id, without those that have none. */
export async function externalIdsOf(
  odoo: OdooClient,
  model: string,
  ids: readonly number[],
): Promise<Map<number, string>> {
  if (ids.length === 0) return new Map();
  const answer = externalIds.safeParse(await odoo.call(model, "get_external_id", { ids: [...ids] }));
  if (!answer.success) {
    throw new SuiteError("odoo_bad_answer", { facts: { model, method: "get_external_id" } });
  }
  return new Map(ids.flatMap((id) => {
    const name = answer.data[String(id)] ?? "";
    return name === "" ? [] : [[id, name] as const];
  }));
}

/** Whether a record is among those a domain finds, archived or not. */
export async function matches(
  odoo: OdooClient,
  model: string,
  id: number,
  domain: OdooDomain,
): Promise<boolean> {
  const context = { active_test: false };
  return (await odoo.search(model, [["id", "=", id], ...domain], { limit: 1 }, { context })).length > 0;
}
