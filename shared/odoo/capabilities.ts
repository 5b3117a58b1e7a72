/**
 * What this Odoo can hold. Versions and installed modules differ: 19 has four priorities, 17 and 18 two; the start
 * date of a task exists only with Enterprise or an add-on. Read once per connection.
 */
import { z } from "zod";
import { SuiteError } from "../errors.ts";
import type { OdooCall, OdooClient } from "./client.ts";
import type { OdooVersion } from "./version.ts";

export interface OdooField {
  type: string;
  required: boolean;
  readonly: boolean;
  /** The model a relation points at. */
  relation?: string;
  /** Keys of a selection, in Odoo's order. */
  keys?: string[];
}

export type OdooFields = Readonly<Record<string, OdooField>>;

export interface OdooCapabilities {
  version: OdooVersion;
  taskFields: OdooFields;
  projectFields: OdooFields;
  /** Keys of a task's priority, lowest first: `["0", "1", "2", "3"]` in 19, `["0", "1"]` in 17 and 18. */
  priorities: string[];
  /** Keys of a task's `state`, such as `1_done`; empty where there is no such field. */
  taskStates: string[];
  /** The task field that holds a start, or undefined: Community has none. */
  startDateField: { name: string; type: "date" | "datetime" } | undefined;
  /** Fields of other models, as far as they were asked for; null: this Odoo has no such model. */
  otherFields?: Readonly<Record<string, OdooFields | null>>;
}

/** Enterprise, then the community add-ons for project time lines. */
const START_DATE_FIELDS = ["planned_date_begin", "planned_date_start", "date_start"];

const fieldShape = z.object({
  type: z.string(),
  required: z.boolean().catch(false),
  readonly: z.boolean().catch(false),
  relation: z.string().optional(),
  selection: z.array(z.tuple([z.string(), z.unknown()])).optional().catch(undefined),
});

/** Three requests. Throws what the client throws, and `odoo_not_found` where the Project application is missing. */
export async function readCapabilities(client: OdooClient, call?: OdooCall): Promise<OdooCapabilities> {
  const taskFields = await fieldsOf(client, "project.task", call);
  const projectFields = await fieldsOf(client, "project.project", call);
  return {
    version: await client.version(call),
    taskFields,
    projectFields,
    priorities: [...(taskFields.priority?.keys ?? [])].sort((a, b) => Number(a) - Number(b)),
    taskStates: [...(taskFields.state?.keys ?? [])],
    startDateField: startDateOf(taskFields),
  };
}

/** One request. Throws what the client throws, and `odoo_not_found` for a model this Odoo does not have. */
export async function fieldsOf(client: OdooClient, model: string, call?: OdooCall): Promise<OdooFields> {
  const attributes = ["type", "required", "readonly", "relation", "selection"];
  const parsed = z.record(z.string(), fieldShape).safeParse(await client.fieldsGet(model, attributes, call));
  if (!parsed.success) {
    throw new SuiteError("odoo_bad_answer", {
      message: `Odoo's description of ${model} has an unexpected shape.`,
      facts: { model, method: "fields_get" },
    });
  }
  const entries = Object.entries(parsed.data).map(([name, { selection, relation, ...field }]) => [
    name,
    {
      ...field,
      ...(relation === undefined ? {} : { relation }),
      ...(selection === undefined ? {} : { keys: selection.map(([key]) => key) }),
    },
  ]);
  return Object.fromEntries(entries);
}

function startDateOf(fields: OdooFields): OdooCapabilities["startDateField"] {
  for (const name of START_DATE_FIELDS) {
    const type = fields[name]?.type;
    if (type === "date" || type === "datetime") return { name, type };
  }
  return undefined;
}
