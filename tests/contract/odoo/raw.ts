/** One call as the server answers it, before any client looks at it; both protocols in one shape. */
import type { OdooUnderTest } from "./under_test.ts";

export interface RawAnswer {
  /** The HTTP status. */
  status: number;
  contentType: string;
  /** On success. */
  result?: unknown;
  /** The body that describes a failure. */
  error?: { name?: unknown; message?: unknown; debug?: unknown; arguments?: unknown; context?: unknown };
}

export interface RawOptions {
  apiKey?: string;
  database?: string;
  context?: Record<string, unknown>;
}

export async function raw(
  odoo: OdooUnderTest,
  model: string,
  method: string,
  args: Record<string, unknown>,
  options: RawOptions = {},
): Promise<RawAnswer> {
  return odoo.protocol === "json2"
    ? await overJson2(odoo, model, method, args, options)
    : await overJsonRpc(odoo, model, method, args, options);
}

async function overJson2(
  odoo: OdooUnderTest,
  model: string,
  method: string,
  args: Record<string, unknown>,
  options: RawOptions,
): Promise<RawAnswer> {
  const response = await fetch(`${odoo.url}/json/2/${model}/${method}`, {
    method: "POST",
    headers: {
      "authorization": `bearer ${options.apiKey ?? odoo.apiKey}`,
      "content-type": "application/json",
      "x-odoo-database": options.database ?? odoo.database,
    },
    body: JSON.stringify({ ...args, context: options.context ?? {} }),
  });
  const contentType = response.headers.get("content-type") ?? "";
  const text = await response.text();
  const body: unknown = contentType.includes("json") ? JSON.parse(text) : undefined;
  const kind = { status: response.status, contentType };
  return response.ok ? { ...kind, result: body } : { ...kind, error: object(body) };
}

async function overJsonRpc(
  odoo: OdooUnderTest,
  model: string,
  method: string,
  args: Record<string, unknown>,
  options: RawOptions,
): Promise<RawAnswer> {
  const database = options.database ?? odoo.database;
  const login = await rpc(odoo, "common", "login", [odoo.database, odoo.login, odoo.apiKey]);
  const { ids, ...named } = args;
  const placed: unknown[] = ids === undefined ? [] : [ids];
  if (method === "create") placed.push(named.vals_list);
  delete named[method === "create" ? "vals_list" : ""];
  const user = [database, login.result, options.apiKey ?? odoo.apiKey];
  return await rpc(odoo, "object", "execute_kw", [
    ...user,
    model,
    method,
    placed,
    { ...named, context: options.context ?? {} },
  ]);
}

export async function rpc(
  odoo: OdooUnderTest,
  service: string,
  method: string,
  args: unknown[],
): Promise<RawAnswer> {
  const response = await fetch(`${odoo.url}/jsonrpc`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", method: "call", id: 1, params: { service, method, args } }),
  });
  const body = object(await response.json());
  const kind = { status: response.status, contentType: response.headers.get("content-type") ?? "" };
  return "error" in body
    ? { ...kind, error: object(object(body.error).data) }
    : { ...kind, result: body.result };
}

export function object(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
