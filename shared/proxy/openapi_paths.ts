/** The paths of the OpenAPI document. */

type Json = Record<string, unknown>;

const json = (schema: Json) => ({ content: { "application/json": { schema } } });
const named = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
const refusal = { description: "Refused by plane-proxy; `code` says why.", ...json(named("Error")) };
const anything = { description: "As Plane answers.", content: { "application/json": {} } };

const pageOf = (name: string): Json => ({
  allOf: [named("PlanePage"), {
    type: "object",
    properties: { results: { type: "array", items: named(name) } },
  }],
});
const listOf = (name: string): Json => ({ type: "array", items: named(name) });

const PARAMETERS: Record<string, Json> = {
  slug: { description: "The workspace's slug.", schema: { type: "string" } },
  path: { description: "Any path of Plane's API v1 in the workspace.", schema: { type: "string" } },
};
const LIST_QUERY = ["per_page", "cursor", "order_by", "fields", "expand"].map((name) => ({
  name,
  in: "query",
  required: false,
  schema: name === "per_page" ? { type: "integer", minimum: 1, maximum: 100 } : { type: "string" },
}));

type Kind = "list" | "people" | "record";

/** Collections and records whose shape is known: path, name of the record, kind. */
const KNOWN: readonly (readonly [path: string, schema: string, kind: Kind, title: string])[] = [
  ["users/me", "PlaneUser", "record", "the credential's own user"],
  ["workspaces/{slug}/members", "PlaneMember", "people", "the workspace's members"],
  ["workspaces/{slug}/projects", "PlaneProject", "list", "projects"],
  ["workspaces/{slug}/projects/{project_id}", "PlaneProject", "record", "a project"],
  ["workspaces/{slug}/projects/{project_id}/members", "PlaneMember", "people", "a project's members"],
  ["workspaces/{slug}/projects/{project_id}/states", "PlaneState", "list", "a project's states"],
  ["workspaces/{slug}/projects/{project_id}/states/{state_id}", "PlaneState", "record", "a state"],
  ["workspaces/{slug}/projects/{project_id}/labels", "PlaneLabel", "list", "a project's labels"],
  ["workspaces/{slug}/projects/{project_id}/labels/{label_id}", "PlaneLabel", "record", "a label"],
  ["workspaces/{slug}/projects/{project_id}/work-items", "PlaneWorkItem", "list", "a project's work items"],
  [
    "workspaces/{slug}/projects/{project_id}/work-items/{work_item_id}",
    "PlaneWorkItem",
    "record",
    "a work item",
  ],
];

export function planePaths(): Json {
  const known = KNOWN.map((
    [path, schema, kind, title],
  ) => [`/api/v1/${path}/`, knownPath(path, schema, kind, title)]);
  return {
    "/openapi.json": {
      get: {
        operationId: "openapi",
        summary: "This document",
        security: [],
        responses: { "200": anything },
      },
    },
    ...Object.fromEntries(known),
    "/api/v1/workspaces/{slug}/{path}": {
      parameters: parametersOf("workspaces/{slug}/{path}"),
      ...Object.fromEntries(
        ["get", "post", "patch", "put", "delete"].map((method) => [
          method,
          passedOn(`${method}_any`, `${method.toUpperCase()} any other path of Plane's API`, anything),
        ]),
      ),
    },
  };
}

function knownPath(path: string, schema: string, kind: Kind, title: string): Json {
  const id = path.replace(/\{\w+\}/g, "one").replace(/\W+/g, "_");
  const record = { description: "As Plane answers.", ...json(named(schema)) };
  const shown = kind === "list" ? pageOf(schema) : kind === "people" ? listOf(schema) : named(schema);
  const answer = { description: "As Plane answers.", ...json(shown) };
  const get = {
    ...passedOn(`get_${id}`, `Read ${title}`, answer),
    ...(kind === "list" ? { parameters: LIST_QUERY } : {}),
  };
  const parameters = parametersOf(path);
  const body = { requestBody: json({ type: "object" }) };
  if (kind === "list") {
    const post = { ...passedOn(`post_${id}`, `Add to ${title}`, record, "201"), ...body };
    return { ...parameters.length === 0 ? {} : { parameters }, get, post };
  }
  if (kind === "people" || path === "users/me") {
    return { ...parameters.length === 0 ? {} : { parameters }, get };
  }
  const patch = { ...passedOn(`patch_${id}`, `Change ${title}`, record), ...body };
  const remove = passedOn(`delete_${id}`, `Delete ${title}`, { description: "Deleted." }, "204");
  return { parameters, get, patch, delete: remove };
}

function passedOn(operationId: string, summary: string, answer: Json, status = "200"): Json {
  return { operationId, summary, responses: { [status]: answer, "4XX": anything, default: refusal } };
}

function parametersOf(path: string): Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    ...(PARAMETERS[name] ?? { schema: { type: "string", format: "uuid" } }),
  }));
}

/** One path, five actions: which body goes with which action is said in words, because a query cannot choose a schema. */
export function managementPath(): Json {
  const requests = ["CreateRequest", "UpdateRequest", "RotateRequest", "RevokeRequest"].map(named);
  const answers = ["CredentialAnswer", "ClientAnswer", "ListAnswer"].map(named);
  return {
    post: {
      operationId: "manage",
      summary: "Manage the clients of plane-proxy",
      description:
        "`create`, `update`, `rotate` and `revoke` take the request of their name, `list` takes none. `create` and" +
        " `rotate` answer with the credential, this once.",
      security: [{ managementKey: [] }, { managementToken: [] }],
      parameters: [{
        name: "action",
        in: "query",
        required: true,
        schema: { type: "string", enum: ["create", "list", "update", "rotate", "revoke"] },
      }],
      requestBody: json({ anyOf: requests }),
      responses: { "200": { description: "Done.", ...json({ anyOf: answers }) }, default: refusal },
    },
  };
}
