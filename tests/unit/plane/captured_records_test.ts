import assert from "node:assert/strict";
import { z } from "zod";
import { planeCycleSchema, planeModuleSchema } from "../../../shared/plane/planning_schemas.ts";
import {
  planeCommentSchema,
  planeLabelSchema,
  planePageSchema,
  planeProjectSchema,
  planeStateSchema,
  planeWorkItemSchema,
} from "../../../shared/plane/schemas.ts";
import { planeActivitySchema, planeLinkSchema } from "../../../shared/plane/trail_schemas.ts";
import { capturedCalls, capturedWebhooks } from "../../contract/plane_replay/captures.ts";

/** By the end of the address, ids as `*`: of one record, or of a list of them. */
const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  "projects": planeProjectSchema,
  "projects/*": planeProjectSchema,
  "work-items": planeWorkItemSchema,
  "work-items/*": planeWorkItemSchema,
  "states": planeStateSchema,
  "states/*": planeStateSchema,
  "labels": planeLabelSchema,
  "labels/*": planeLabelSchema,
  "comments": planeCommentSchema,
  "comments/*": planeCommentSchema,
  "links": planeLinkSchema,
  "links/*": planeLinkSchema,
  "activities": planeActivitySchema,
  "cycles": planeCycleSchema,
  "cycles/*": planeCycleSchema,
  "modules": planeModuleSchema,
};

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

function endOf(path: string): string {
  const segments = (path.split("?")[0] ?? "").replace(UUID, "*").split("/").filter(Boolean);
  return segments.at(-1) === "*" ? segments.slice(-2).join("/") : segments.at(-1) ?? "";
}

Deno.test("every whole record a real Plane answered with is read", () => {
  const read = new Map<string, number>();
  for (const { number, path, status, response_body: text } of capturedCalls()) {
    const end = endOf(path);
    const schema = SCHEMAS[end];
    // A chosen set of fields is no whole record.
    if (!path.startsWith("/api/v1/") || schema === undefined || status > 201 || path.includes("fields=")) {
      continue;
    }
    if (path.includes("expand=")) continue;
    const body: unknown = JSON.parse(text);
    const page = planePageSchema.safeParse(body);
    for (const record of page.success ? page.data.results : [body]) {
      const result = schema.safeParse(record);
      assert.ok(result.success, `${number} ${path}: ${result.error}`);
      read.set(end, (read.get(end) ?? 0) + 1);
    }
  }
  for (const end of ["projects", "cycles/*", "modules", "links", "links/*", "activities", "comments/*"]) {
    assert.ok((read.get(end) ?? 0) > 0, end);
  }
});

const webhookBody = z.looseObject({ event: z.string(), action: z.string(), data: z.unknown() });

Deno.test("projects, cycles and modules in a real Plane's webhooks are read with the same schemas", () => {
  const schemas: Readonly<Record<string, z.ZodType>> = {
    project: planeProjectSchema,
    cycle: planeCycleSchema,
    module: planeModuleSchema,
  };
  const read = new Set<string>();
  for (const { seq, body } of capturedWebhooks()) {
    if (body === "") continue;
    const { event, action, data } = webhookBody.parse(JSON.parse(body));
    const schema = schemas[event];
    if (schema === undefined || action === "deleted") continue;
    const result = schema.safeParse(data);
    assert.ok(result.success, `${seq} ${event}: ${result.error}`);
    read.add(event);
  }
  assert.deepEqual([...read].sort(), ["cycle", "module", "project"]);
});
