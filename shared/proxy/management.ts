/** The bodies of management requests: making, changing, renewing and revoking clients. */
import { z } from "zod";
import { SuiteError } from "../errors.ts";
import { storedClient } from "../store/proxy/proxy_clients.ts";
import { scopeSchema, workspaceSchema } from "./scope.ts";

const clientName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}$/);
const moment = z.iso.datetime({ offset: true });
const callsPerMinute = z.number().int().min(1).max(100_000).nullable()
  .describe("The client's own share of the limit in any minute; null: only the common limit.");
const permissions = {
  scopes: z.array(scopeSchema).max(100).describe("Nothing is allowed that no scope allows."),
  workspaces: z.array(workspaceSchema).max(100).describe("Slugs, or `*`. None: no workspace."),
};

export const createRequestSchema = z.strictObject({
  name: clientName,
  kind: z.enum(["key", "signed"]).default("key").describe("How it proves itself."),
  scopes: permissions.scopes.default([]),
  workspaces: permissions.workspaces.default([]),
  calls_per_minute: callsPerMinute.default(null),
  expires_at: moment.nullable().default(null),
});

export const updateRequestSchema = z.strictObject({
  name: clientName,
  scopes: permissions.scopes.optional(),
  workspaces: permissions.workspaces.optional(),
  calls_per_minute: callsPerMinute.optional(),
  expires_at: moment.nullable().optional(),
});

export const rotateRequestSchema = z.strictObject({
  name: clientName,
  overlap_seconds: z.number().int().min(0).max(2_592_000).default(0)
    .describe("How long the credential before still works."),
});

export const revokeRequestSchema = z.strictObject({ name: clientName });

/** What is shown of a client. Its credential is shown once, when it is made. */
export const clientSchema = storedClient.extend({ scopes: z.array(scopeSchema) });

export const clientAnswerSchema = z.object({
  ok: z.literal(true),
  success: z.literal(true),
  client: clientSchema,
});

export const credentialAnswerSchema = clientAnswerSchema.extend({
  key: z.string().optional().describe("Shown this once: goes into X-API-Key or Authorization: Bearer."),
  signing_secret: z.string().optional().describe("Shown this once: the HMAC key of signed requests."),
});

export const listAnswerSchema = z.object({
  ok: z.literal(true),
  success: z.literal(true),
  clients: z.array(clientSchema),
});

/** @throws SuiteError bad_request naming the fields that are wrong */
export function checkedBody<Schema extends z.ZodType>(
  schema: Schema,
  body: Record<string, unknown>,
): z.output<Schema> {
  const { data, error } = schema.safeParse(body);
  if (error === undefined) return data;
  const wrong = error.issues.map(({ path, message }) => `${path.join(".") || "body"}: ${message}`);
  throw new SuiteError("bad_request", {
    message: `The request is not valid. ${wrong.slice(0, 5).join("; ")}`,
  });
}
