/** The models of the sandbox: the fields the synchronisation touches, with Odoo's labels, keys and orders. */
import { type Field, type Model, model, type Schema } from "./field.ts";
import { documentModels } from "./schema_documents.ts";
import { messageModels } from "./schema_messages.ts";
import { peopleModels } from "./schema_people.ts";
import { projectModels } from "./schema_project.ts";
import { serverModels } from "./schema_server.ts";

export type { Field, Model, Schema } from "./field.ts";

/** What add-ons bring along: further fields by model, and further models. Names need no `x_`. */
export interface Extensions {
  extraFields?: Readonly<Record<string, Readonly<Record<string, Field>>>>;
  extraModels?: readonly ExtraModel[];
}

export interface ExtraModel {
  name: string;
  label: string;
  /** Default `id`. */
  order?: string;
  fields: Readonly<Record<string, Field>>;
  /** Its records have a chatter. */
  thread?: true;
}

const KNOWN = new Map<number, Schema>();

/** The models as a server of this major version has them; the same object each time when nothing is added. */
export function schemaOf(version: number, extensions: Extensions = {}): Schema {
  let schema = KNOWN.get(version);
  if (schema === undefined) {
    schema = table([
      ...projectModels(version),
      ...peopleModels(),
      ...messageModels(),
      ...documentModels(version),
      ...serverModels(),
    ]);
    KNOWN.set(version, schema);
  }
  for (const { name, label, order = "id", fields, thread } of extensions.extraModels ?? []) {
    const added = model(name, label, order, { ...fields });
    schema = { ...schema, [name]: thread === true ? { ...added, thread } : added };
  }
  for (const [name, fields] of Object.entries(extensions.extraFields ?? {})) {
    for (const [field, definition] of Object.entries(fields)) {
      schema = withField(schema, name, field, definition);
    }
  }
  return schema;
}

/** Another schema with this field; without a definition, without it. */
export function withField(schema: Schema, modelName: string, name: string, field: Field | undefined): Schema {
  const extended = schema[modelName];
  if (extended === undefined) throw new Error(`the sandbox has no model ${modelName} to extend`);
  const { [name]: _replaced, ...others } = extended.fields;
  const fields = field === undefined ? others : { ...others, [name]: field };
  return { ...schema, [modelName]: { ...extended, fields } };
}

function table(models: Model[]): Schema {
  return Object.fromEntries(models.map((entry) => [entry.name, entry]));
}
