/**
 * JSON-RPC: `POST /jsonrpc`, service `object`, method `execute_kw`. The way to Odoo 17 and 18. The API key stands
 * in for the password; the answer is HTTP 200 whatever happened, with the failure in the body.
 */
import { z } from "zod";
import { SuiteError } from "../errors.ts";
import { failureFrom, isRead, proxyFailure } from "./failures.ts";
import type { HttpPoster } from "./http.ts";
import type { Connection, OdooTransport } from "./transport.ts";
import { parseVersion } from "./version.ts";

/**
 * Arguments Odoo wants by position: `create` cannot be called otherwise, and overrides in installed modules are
 * free to rename the others.
 */
const POSITIONAL: Readonly<Record<string, readonly string[]>> = {
  create: ["vals_list"],
  write: ["vals"],
  search: ["domain"],
  search_read: ["domain", "fields"],
  search_count: ["domain"],
  read: ["fields"],
  load: ["fields", "data"],
  name_create: ["name"],
};

const envelope = z.union([
  z.object({
    error: z.object({
      data: z.object({ name: z.string(), message: z.string().catch("") }),
    }),
  }),
  // A method that returns nothing is answered without a result.
  z.object({ jsonrpc: z.literal("2.0"), error: z.undefined().optional(), result: z.unknown().optional() }),
]);

interface Rpc {
  service: "common" | "object";
  method: string;
  args: unknown[];
  at: { model: string; method: string };
  /** What the method at `at` is called with. */
  named?: Record<string, unknown>;
  writes: boolean;
  signal?: AbortSignal | undefined;
  timeoutMs?: number | undefined;
}

export function jsonRpcTransport(connection: Connection, post: HttpPoster): OdooTransport {
  let login: Promise<number> | undefined;

  async function rpc(request: Rpc): Promise<unknown> {
    const answer = await post({
      url: `${connection.url}/jsonrpc`,
      body: {
        jsonrpc: "2.0",
        method: "call",
        id: 1,
        params: { service: request.service, method: request.method, args: request.args },
      },
      writes: request.writes,
      signal: request.signal,
      timeoutMs: request.timeoutMs,
      label: `${request.at.model}/${request.at.method}`,
    });
    const body = answer.status === 200 ? parse(answer.text) : undefined;
    if (body === undefined) throw proxyFailure(answer, request.at);
    if (body.error !== undefined) throw failureFrom(body.error.data, request.at, request.named);
    return body.result ?? null;
  }

  async function userId(timeoutMs: number | undefined): Promise<number> {
    const { database, login: user } = requireLogin(connection);
    const at = { model: "common", method: "login" };
    const uid = await rpc({
      service: "common",
      method: "login",
      args: [database, user, connection.apiKey],
      at,
      writes: false,
      timeoutMs,
    });
    if (typeof uid === "number") return uid;
    throw new SuiteError("odoo_unauthorized", { facts: at });
  }

  return {
    protocol: "jsonrpc",
    async call({ model, method, args, context, signal, timeoutMs }) {
      const { database } = requireLogin(connection);
      // Shared by concurrent calls, so one caller's cancellation must not end it.
      login ??= userId(timeoutMs);
      const attempt = login;
      try {
        const uid = await attempt;
        return await rpc({
          service: "object",
          method: "execute_kw",
          args: [database, uid, connection.apiKey, model, method, ...positions(method, args, context)],
          at: { model, method },
          named: args,
          writes: !isRead(method),
          signal,
          timeoutMs,
        });
      } catch (thrown) {
        if (login === attempt && forgetsLogin(thrown)) login = undefined;
        throw thrown;
      }
    },
    async version({ signal, timeoutMs }) {
      const at = { model: "common", method: "version" };
      const found = parseVersion(
        await rpc({ service: "common", method: "version", args: [], at, writes: false, signal, timeoutMs }),
      );
      if (found !== undefined) return found;
      throw new SuiteError("odoo_bad_answer", {
        message: "Odoo does not say which version it is.",
        facts: at,
      });
    },
  };
}

/** `[args, kwargs]` of execute_kw. */
function positions(
  method: string,
  args: Record<string, unknown>,
  context: Record<string, unknown>,
): [unknown[], Record<string, unknown>] {
  const rest: Record<string, unknown> = { ...args, context };
  const placed: unknown[] = [];
  for (const name of ["ids", ...(POSITIONAL[method] ?? [])]) {
    if (name === "ids" && rest.ids === undefined) continue;
    if (rest[name] === undefined) break;
    placed.push(rest[name]);
    delete rest[name];
  }
  return [placed, rest];
}

/** A login that did not work, or a key that stopped working, is asked for again at the next call. */
function forgetsLogin(thrown: unknown): boolean {
  if (!(thrown instanceof SuiteError)) return true;
  return thrown.code === "odoo_unauthorized" || thrown.facts.model === "common" ||
    thrown.facts.call === "common/login";
}

function requireLogin(connection: Connection): { database: string; login: string } {
  const { database, login } = connection;
  if (database !== undefined && login !== undefined) return { database, login };
  throw new SuiteError("odoo_not_configured", {
    message: "Odoo 17 and 18 are called over JSON-RPC, which needs ODOO_DB and ODOO_LOGIN.",
  });
}

function parse(text: string): z.infer<typeof envelope> | undefined {
  try {
    return envelope.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
