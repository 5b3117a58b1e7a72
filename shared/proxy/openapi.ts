/** The OpenAPI 3.1 document of plane-proxy, made from the schemas that check the requests. */
import { z } from "zod";
import type { ErrorCode } from "../errors.ts";
import {
  planeLabelSchema,
  planeMemberSchema,
  planePageSchema,
  planeProjectSchema,
  planeStateSchema,
  planeUserSchema,
  planeWorkItemSchema,
} from "../plane/schemas.ts";
import {
  clientAnswerSchema,
  clientSchema,
  createRequestSchema,
  credentialAnswerSchema,
} from "./management.ts";
import {
  listAnswerSchema,
  revokeRequestSchema,
  rotateRequestSchema,
  updateRequestSchema,
} from "./management.ts";
import { managementPath, planePaths } from "./openapi_paths.ts";
import { scopeSchema } from "./scope.ts";

/** What plane-proxy itself may answer; docs/errors.md explains each. */
const CODES = [
  ...["bad_request", "body_not_json", "body_too_large", "not_found", "method_not_allowed"] as const,
  ...["unauthorized", "forbidden", "client_rate_limited", "request_replayed"] as const,
  ...["signature_missing", "signature_invalid", "signature_expired", "secret_not_configured"] as const,
  ...["plane_rate_limited", "plane_unreachable", "plane_timeout", "plane_bad_answer"] as const,
  ...["plane_not_configured", "oauth_needs_reauthorization", "oauth_unavailable", "oauth_refused"] as const,
  ...["oauth_not_configured", "token_keys_invalid", "token_unreadable"] as const,
  ...["database_unreachable", "internal"] as const,
] satisfies ErrorCode[];

const errorSchema = z.object({
  ok: z.literal(false),
  success: z.literal(false),
  error: z.string().describe("For people."),
  code: z.enum(CODES).describe("For programs; never changes."),
});

/** What callers send, by the name it has in the document. */
const REQUESTS = {
  CreateRequest: createRequestSchema,
  UpdateRequest: updateRequestSchema,
  RotateRequest: rotateRequestSchema,
  RevokeRequest: revokeRequestSchema,
  Scope: scopeSchema,
};

/** What callers get. Plane's records may hold more than is named here. */
const ANSWERS = {
  Error: errorSchema,
  Client: clientSchema,
  ClientAnswer: clientAnswerSchema,
  CredentialAnswer: credentialAnswerSchema,
  ListAnswer: listAnswerSchema,
  PlanePage: planePageSchema,
  PlaneUser: planeUserSchema,
  PlaneMember: planeMemberSchema,
  PlaneProject: planeProjectSchema,
  PlaneState: planeStateSchema,
  PlaneLabel: planeLabelSchema,
  PlaneWorkItem: planeWorkItemSchema,
};

type Json = Record<string, unknown>;
let made: Json | undefined;

/** The same object every time. */
export function openApiDocument(): Json {
  return made ??= {
    openapi: "3.1.0",
    info: {
      title: "plane-proxy",
      version: "1.0.0",
      description:
        "Plane's REST API v1 through one shared budget, for callers that hold no Plane credential. Every path of" +
        " Plane's API is passed on, with or without `api/v1`; the commonest are listed here.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{
      url: "https://{project}.supabase.co/functions/v1/plane-proxy",
      variables: { project: { default: "project-ref", description: "The Supabase project." } },
    }],
    security: [{ proxyKey: [] }, { proxyBearer: [] }, SIGNED],
    paths: { "/": managementPath(), ...planePaths() },
    components: { schemas: schemas(), securitySchemes: SECURITY_SCHEMES },
  };
}

const header = (name: string, description: string) => ({ type: "apiKey", in: "header", name, description });
const SIGNED = { proxyClient: [], proxyTimestamp: [], proxyNonce: [], proxySignature: [] };
const SECURITY_SCHEMES = {
  proxyKey: header("X-API-Key", "A proxy key (`ppk_...`)."),
  proxyBearer: { type: "http", scheme: "bearer", description: "The same key as a bearer token." },
  proxyClient: header("X-Proxy-Client", "Signed requests: the client's id."),
  proxyTimestamp: header("X-Proxy-Timestamp", "Signed requests: Unix seconds, at most 300 off."),
  proxyNonce: header("X-Proxy-Nonce", "Signed requests: 16 to 128 of A-Z a-z 0-9 _ -, new for each request."),
  proxySignature: header(
    "X-Proxy-Signature",
    "Signed requests: lower-case hex HMAC-SHA256, under the signing secret, of `plane-proxy-v1`, method, decoded path after" +
      " the function's name, query as sent, hex SHA-256 of the body, timestamp and nonce, joined by line feeds.",
  ),
  managementKey: header("apikey", "A secret key of the Supabase project."),
  managementToken: {
    type: "http",
    scheme: "bearer",
    description: "A token of a user with app_metadata.role = ops.",
  },
};

/** `input`: as it is on the wire, before defaults and normalised times. */
function schemas(): Json {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries({ ...REQUESTS, ...ANSWERS })) registry.add(schema, { id });
  const written = z.toJSONSchema(registry, {
    io: "input",
    target: "draft-2020-12",
    uri: (id) => `#/components/schemas/${id}`,
  });
  return Object.fromEntries(
    Object.entries(written.schemas).map(([name, schema]) => {
      const { $schema: _, $id: __, ...rest } = schema as Json;
      return [name, rest];
    }),
  );
}
