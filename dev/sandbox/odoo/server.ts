/**
 * A small Odoo on loopback, for development and tests: the project models, JSON-2 and JSON-RPC, the errors and the
 * oddities a synchronisation meets, and faults on demand. It keeps everything in memory.
 *
 * It stands in for a real Odoo as far as the contract suite goes, and no further.
 */
import { createServer, type IncomingMessage } from "node:http";
import { type Exchange, exchangeFetch, type Handler, type Reply } from "../exchange.ts";
import { OdooException, serializationFailure } from "./exceptions.ts";
import { type FaultKind, Faults } from "./faults.ts";
import { openJson2 } from "./json2.ts";
import { openJsonRpc } from "./jsonrpc.ts";
import { readRecords, searchIds, type Values } from "./records.ts";
import type { Extensions } from "./schema.ts";
import { isAnswer, json, type OpenCall, page, type WebAnswer, type WebRequest } from "./wire.ts";
import { type NewUser, World } from "./world.ts";

/** `extraFields` and `extraModels` are what add-ons bring along. */
export interface SandboxOdooOptions extends Extensions {
  /** Default 0: any free one. */
  port?: number;
  apiKey?: string;
  database?: string;
  login?: string;
  /** The administrator's address; none by default, as in a fresh Odoo. */
  email?: string;
  /** Milliseconds since 1970, fractions welcome. */
  now?: () => number;
  version?: 17 | 18 | 19;
}

export interface SandboxCall {
  protocol: "json2" | "jsonrpc";
  model: string;
  method: string;
}

export interface SandboxOdoo {
  url: string;
  apiKey: string;
  database: string;
  login: string;
  version: number;
  faults: Faults;
  /** Every call that reached the server, oldest first, failed ones included. */
  calls: SandboxCall[];
  /** A further user; with an `apiKey` it may call as a plain project user. Returns its id. */
  addUser(user: NewUser): number;
  /** All records of a model, archived ones included, as `read` would answer them. */
  records(model: string): Values[];
  /** Ends every connection, also those that hang on purpose. */
  close(): Promise<void>;
}

/** The same without a socket. */
export interface InProcessSandboxOdoo extends SandboxOdoo {
  /** One request, as a server hands it on. */
  readonly handle: Handler;
  /** Reaches this sandbox under any host name. */
  readonly fetch: typeof fetch;
  /** Everything it holds, for those who play the people in it. */
  readonly world: World;
}

/** Starts the sandbox on 127.0.0.1. */
export async function startSandboxOdoo(options: SandboxOdooOptions = {}): Promise<SandboxOdoo> {
  const inside = createSandboxOdoo(options);
  const server = createServer(async (request, response) => {
    const reply = await inside.handle({
      method: request.method ?? "GET",
      url: new URL(request.url ?? "/", IN_PROCESS_URL),
      header(name) {
        const value = request.headers[name];
        return typeof value === "string" ? value : null;
      },
      body: await bodyOf(request),
    });
    if (reply === "hang") return;
    if (reply === "drop") return void request.socket.destroy();
    response.writeHead(reply.status, reply.headers);
    response.end(reply.body);
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
  return {
    ...inside,
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The sandbox inside this process: no socket, no timer, and no clock but the one given. */
export function createSandboxOdoo(options: SandboxOdooOptions = {}): InProcessSandboxOdoo {
  const { apiKey = "sandbox-odoo-key", database = "sandbox", login = "admin", version = 19 } = options;
  const now = options.now ?? (() => performance.timeOrigin + performance.now());
  const world = new World(version, database, now, { login, apiKey, email: options.email }, options);
  const faults = new Faults();
  const calls: SandboxCall[] = [];
  const handle = (exchange: Exchange): Promise<Reply | "drop" | "hang"> => {
    const answer = answerOf(exchange, (received) => route(world, received), faults, calls);
    return Promise.resolve(typeof answer === "string" ? answer : replyOf(answer, now()));
  };
  const administrator = { userId: 2, administrator: true };
  return {
    url: IN_PROCESS_URL,
    apiKey,
    database,
    login,
    version,
    faults,
    calls,
    addUser: (user) => world.database.transaction(() => world.addUser(user)),
    records(model) {
      const session = world.session(administrator, { active_test: false });
      return readRecords(session, model, searchIds(session, model, []));
    },
    handle,
    fetch: exchangeFetch(handle),
    world,
    close: () => Promise.resolve(),
  };
}

const IN_PROCESS_URL = "http://odoo.invalid";

function answerOf(
  exchange: Exchange,
  open: (received: WebRequest) => OpenCall | WebAnswer,
  faults: Faults,
  calls: SandboxCall[],
): WebAnswer | "drop" | "hang" {
  const path = exchange.url.pathname;
  const header = (name: string) => exchange.header(name) ?? undefined;
  try {
    const opened = open({ method: exchange.method, path, header, body: exchange.body });
    if (isAnswer(opened)) return opened;
    const protocol = path === "/jsonrpc" ? "jsonrpc" : "json2";
    calls.push({ protocol, model: opened.model, method: opened.method });
    return carryOut(opened, faults.take(opened.model, opened.method));
  } catch (thrown) {
    return page(
      500,
      "Internal Server Error",
      `The sandbox failed: ${thrown instanceof Error ? thrown.stack : thrown}`,
    );
  }
}

function replyOf(answer: WebAnswer, nowMs: number): Reply {
  return {
    status: answer.status,
    headers: {
      "content-type": answer.contentType,
      "date": new Date(nowMs).toUTCString(),
      "set-cookie": "session_id=sandbox; Path=/; HttpOnly",
    },
    body: answer.body,
  };
}

function carryOut(call: OpenCall, fault: FaultKind | undefined): WebAnswer | "drop" | "hang" {
  switch (fault) {
    case undefined:
      return call.execute();
    case "server_error":
      return call.answerException(new OdooException("builtins.RuntimeError", "out of luck", 500));
    case "serialization_failure":
      return call.method === "load"
        ? call.answerResult(lostLoad())
        : call.answerException(serializationFailure());
    case "bad_gateway_after_effect":
      call.execute();
      return page(502, "Bad Gateway", "The upstream server did not answer.");
    case "hang_before_effect":
      return "hang";
    case "hang_after_effect":
      call.execute();
      return "hang";
    case "drop_before_effect":
      return "drop";
    case "drop_after_effect":
      call.execute();
      return "drop";
  }
}

/** `load()` swallows the failure: status 200, and the reason in a message. */
function lostLoad(): unknown {
  const message = serializationFailure().message.trim();
  return {
    ids: false,
    messages: [{ rows: { from: 0, to: 0 }, record: 0, type: "error", message }],
    nextrow: 0,
  };
}

function route(world: World, request: WebRequest): OpenCall | WebAnswer {
  if (request.path === "/jsonrpc" && request.method === "POST") return openJsonRpc(world, request);
  if (world.version >= 19) {
    if (request.path.startsWith("/json/2/")) return openJson2(world, request);
    if (request.path === "/web/version" || request.path === "/json/version") {
      return json(200, {
        version_info: [world.version, 0, 0, "final", 0, ""],
        version: `${world.version}.0`,
      });
    }
  }
  if (request.path === "/web/health") return json(200, { status: "pass" });
  return page(404, "Not Found", "The requested URL was not found on the server.");
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of request) text += decoder.decode(chunk, { stream: true });
  return text + decoder.decode();
}
