/** What a module becomes. One row of plane.sync_config stands for all three; its `options.module_as` says which. */
import type { Json } from "../../json.ts";
import type { ConfigRow, PairRow } from "../../store/engine/sync_store.ts";
import type { PairConfig } from "./configuration.ts";
import { PROJECT_MODEL, TAG_MODEL, TASK_MODEL } from "../sides/models.ts";
import { readOptions } from "./options.ts";

const MODELS = { project: PROJECT_MODEL, tag: TAG_MODEL, parent_task: TASK_MODEL } as const;

/** The fields of a module that is no project; the row's own names are a project's. */
const FIELDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [TAG_MODEL]: { name: "name" },
  [TASK_MODEL]: {
    name: "name",
    description: "description",
    status: "state",
    lead: "user_ids",
    archived: "active",
  },
};

/** The row of a pair whose model is not the row's: a module that is a tag or a task. */
export function moduleRow(rows: readonly ConfigRow[], planeType: string): ConfigRow | undefined {
  return planeType === "module" ? rows.find((row) => row.plane_type === planeType) : undefined;
}

/** The Odoo model of a record: the row's, but for modules. What is paired stays what it is when the option changes. */
export function modelOf(row: ConfigRow, { mapping, tombstone }: PairRow): string {
  if (row.plane_type !== "module") return row.odoo_model;
  const known = mapping?.odoo_model ?? tombstone?.odoo_model;
  return known ?? MODELS[readOptions(row.options).options.module_as ?? "project"];
}

/** The configuration with that model's own field names; which fields take part, and which way, is the row's. */
export function withFieldsOf(model: string, config: PairConfig): PairConfig {
  const fields = FIELDS[model];
  if (config.planeType !== "module" || fields === undefined) return config;
  const fieldMappings = Object.entries(config.fieldMappings).flatMap(([name, entry]): [string, Json][] => {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) return [];
    const isObject = typeof entry === "object" && entry !== null && !Array.isArray(entry);
    return [[name, isObject ? { ...entry, field } : field]];
  });
  return { ...config, odooModel: model, fieldMappings: Object.fromEntries(fieldMappings) };
}
