/** What plane.record_effects reads of an effect, read as carefully as SQL reads it: nothing is believed that was not looked at. */
import { z } from "zod";
import type { Json, JsonObject } from "../../../shared/json.ts";

const json = z.json() as z.ZodType<Json>;
const object = z.record(z.string(), json) as z.ZodType<JsonObject>;
const text = z.string();

const hintShape = z.object({
  key: z.union([
    z.object({ side: z.literal("plane"), type: text, id: text }),
    z.object({ side: z.literal("odoo"), model: text, id: text }),
  ]),
  operation: z.enum(["create", "update", "delete", "archive"]).optional(),
  priority: z.number().optional(),
  projectId: text.nullable().optional(),
  readFirst: z.boolean().optional(),
  payload: z.looseObject({ project_id: text.optional(), run_id: text.optional() }).nullable().optional(),
});

const openConflict = z.object({
  field: text,
  base: json.optional(),
  plane_value: json.optional(),
  odoo_value: json.optional(),
  plane_at: text.nullable().optional(),
  odoo_at: text.nullable().optional(),
});

export const effectShape = z.object({
  entity_key: text,
  source_system: text,
  source_id: text,
  mapping_id: text.nullable(),
  odoo_model: text.optional(),
  mapping: z.object({
    plane_type: text.optional(),
    plane_id: text.optional(),
    odoo_id: text.optional(),
    plane_project_id: text.optional(),
    status: z.enum(["active", "error", "archived", "paused"]).optional(),
    last_error: text.nullable().optional(),
    plane_updated_at: text.nullable().optional(),
    odoo_write_date: text.nullable().optional(),
    synced: z.boolean().optional(),
  }),
  snapshot: z.object({
    plane_base: object,
    odoo_base: object,
    plane_seen: object.nullable().optional(),
    placeholders: z.record(z.string(), text).optional(),
  }).optional(),
  tombstone: z.enum(["mapping_deleted", "deleted_in_odoo", "deleted_in_plane"]).optional(),
  created: z.boolean().optional(),
  relinked: z.boolean().optional(),
  waits_for: z.array(text).optional(),
  wakes: z.array(text).optional(),
  conflicts: z.object({
    open: z.array(openConflict).optional(),
    undecided: z.array(text).optional(),
    settled: z.array(text).optional(),
    how: z.enum(["resolved", "gone"]).optional(),
  }).optional(),
  attempts: z.array(z.object({ id: text, became: z.enum(["settled", "written", "nothing", "unknown"]) }))
    .optional(),
  log: z.array(z.object({
    operation: text,
    success: z.boolean(),
    error_message: text.nullable().optional(),
    changes: z.array(object).optional(),
    actor: text.nullable().optional(),
  })).optional(),
  hints: z.array(hintShape).optional(),
});

export type ReadEffect = z.output<typeof effectShape>;
