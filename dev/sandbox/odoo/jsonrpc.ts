/** JSON-RPC: services `common` and `object`; HTTP 200 whatever happens. */
import { accessDenied, missingError, OdooException, typeError, userError } from "./exceptions.ts";
import { idList } from "./json2.ts";
import { type Method, methodOf } from "./methods.ts";
import type { Values } from "./records.ts";
import type { World } from "./world.ts";
import { describeException, json, type OpenCall, page, type WebAnswer, type WebRequest } from "./wire.ts";

export function openJsonRpc(world: World, request: WebRequest): OpenCall | WebAnswer {
  let message: { id?: unknown; params?: { service?: unknown; method?: unknown; args?: unknown } };
  try {
    message = JSON.parse(request.body);
  } catch {
    return page(400, "Bad Request", "Invalid JSON data");
  }
  const { service, method, args } = message.params ?? {};
  const list: unknown[] = Array.isArray(args) ? args : [];
  const id = message.id ?? null;
  // A method that returns nothing is answered without a result.
  const result = (value: unknown) => json(200, { jsonrpc: "2.0", id, result: value ?? undefined });
  const failed = (exception: OdooException) =>
    json(200, {
      jsonrpc: "2.0",
      id,
      error: {
        code: world.version >= 19 ? 0 : 200,
        message: "Odoo Server Error",
        data: describeException(exception),
      },
    });
  const guarded = (work: () => unknown) => () => {
    try {
      return result(work());
    } catch (thrown) {
      if (thrown instanceof OdooException) return failed(thrown);
      throw thrown;
    }
  };
  const call = { answerException: failed, answerResult: result };
  if (service === "common") {
    return {
      ...call,
      model: "common",
      method: String(method),
      execute: guarded(() => common(world, method, list)),
    };
  }
  return {
    ...call,
    model: String(list[3]),
    method: String(list[4]),
    execute: guarded(() => executeKw(world, list)),
  };
}

function common(world: World, method: unknown, args: unknown[]): unknown {
  if (method === "version") {
    const text = `${world.version}.0`;
    const info = [world.version, 0, 0, "final", 0, ""];
    return { server_version: text, server_version_info: info, server_serie: text, protocol_version: 1 };
  }
  const [database, login, key] = args.map(String);
  checkDatabase(world, database);
  return world.login(login ?? "", key ?? "") ?? false;
}

function executeKw(world: World, args: unknown[]): unknown {
  const [database, userId, key, model, name] = args;
  const placed = Array.isArray(args[5]) ? [...args[5]] : [];
  const { context, ...named }: Values = { ...(typeof args[6] === "object" ? args[6] : {}) };
  checkDatabase(world, String(database));
  if (world.database.row("res.users", Number(userId)) === undefined) {
    throw missingError("res.users", Number(userId), Number(userId));
  }
  const caller = typeof userId === "number" ? world.callerByPassword(userId, String(key)) : undefined;
  if (caller === undefined) throw accessDenied();
  const [modelName, methodName] = [String(model), String(name)];
  if (!Object.hasOwn(world.schema, modelName)) throw userError(`Object ${modelName} doesn't exist`);
  const method = methodOf(modelName, methodName);
  if (method === undefined) {
    throw new OdooException("builtins.AttributeError", noMethod(world, modelName, methodName), 500);
  }
  if (placed.length === 0 && (method.onRecords || methodName === "create")) {
    throw new OdooException("builtins.IndexError", "list index out of range", 500);
  }
  const bare = methodName === "create" && !Array.isArray(placed[0]);
  const ids = method.onRecords ? idList(placed.shift()) : [];
  const result = world.run(caller, context, method, modelName, ids, bind(method, methodName, placed, named));
  return bare && Array.isArray(result) ? result[0] : result;
}

function noMethod(world: World, model: string, method: string): string {
  return world.version >= 18
    ? `The method '${model}.${method}' does not exist`
    : `type object '${model}' has no attribute '${method}'`;
}

function bind(method: Method, name: string, placed: unknown[], named: Values): Values {
  const bound: Values = { ...named };
  placed.forEach((value, index) => {
    const parameter = method.parameters[index];
    if (parameter === undefined) throw typeError(`BaseModel.${name}() takes too many positional arguments`);
    bound[parameter] = value;
  });
  const missing = method.parameters.slice(0, method.required).find((parameter) =>
    bound[parameter] === undefined
  );
  if (missing !== undefined) {
    throw typeError(`BaseModel.${name}() missing 1 required positional argument: '${missing}'`);
  }
  const unknown = Object.keys(bound).find((key) => method.open !== true && !method.parameters.includes(key));
  if (unknown !== undefined) {
    throw typeError(`BaseModel.${name}() got an unexpected keyword argument '${unknown}'`);
  }
  return bound;
}

function checkDatabase(world: World, name: string | undefined): void {
  if (name === world.databaseName) return;
  const text = `connection to server failed: FATAL:  database "${name}" does not exist\n`;
  throw new OdooException("psycopg2.OperationalError", text, 500);
}
