/** JSON-2 as Odoo 19 serves it. */
import { notFound, OdooException, unprocessable } from "./exceptions.ts";
import { methodOf } from "./methods.ts";
import type { World } from "./world.ts";
import { describeException, json, type OpenCall, page, type WebAnswer, type WebRequest } from "./wire.ts";

const NO_KEY = "User not authenticated, use an API Key with a Bearer Authorization header.";

/** Requests below `/json/2/`. */
export function openJson2(world: World, request: WebRequest): OpenCall | WebAnswer {
  const database = request.header("x-odoo-database");
  if (database !== undefined && database !== world.databaseName) {
    return page(404, "Not Found", "No database is selected and the requested URL was not found.");
  }
  const [model = "", method = "", ...more] = request.path.slice("/json/2/".length).split("/").map(
    decodeURIComponent,
  );
  if (method === "" || more.length > 0 || request.method !== "POST") {
    return failed(notFound("Did you mean POST /json/2/<model>/<method>?"));
  }
  const key = /^bearer (.+)$/i.exec(request.header("authorization") ?? "")?.[1];
  const caller = key === undefined ? undefined : world.caller(key);
  if (caller === undefined) {
    const text = key === undefined ? NO_KEY : "Invalid apikey";
    return failed(new OdooException("werkzeug.exceptions.Unauthorized", text, 401));
  }
  let body: Record<string, unknown>;
  try {
    body = { ...JSON.parse(request.body) };
  } catch {
    const text = "could not parse the body as json: Expecting value: line 1 column 1 (char 0)";
    return failed(new OdooException("werkzeug.exceptions.BadRequest", text, 400));
  }
  return {
    model,
    method,
    answerException: failed,
    answerResult: (result) => json(200, result),
    execute() {
      try {
        const { context, ids, ...named } = body;
        if (!Object.hasOwn(world.schema, model)) throw notFound(`the model '${model}' does not exist`);
        const found = methodOf(model, method);
        if (found === undefined) throw notFound(`The method '${model}.${method}' does not exist`);
        if (ids !== undefined && !found.onRecords) {
          throw unprocessable(`cannot call ${model}.${method} with ids`);
        }
        const unknown = Object.keys(named).find((name) =>
          found.open !== true && !found.parameters.includes(name)
        );
        const missing = found.parameters.slice(0, found.required).find((name) => named[name] === undefined);
        if (missing !== undefined) throw unprocessable(`missing a required argument: '${missing}'`);
        if (unknown !== undefined) throw unprocessable(`got an unexpected keyword argument '${unknown}'`);
        return json(200, world.run(caller, context, found, model, idList(ids), named));
      } catch (thrown) {
        if (thrown instanceof OdooException) return failed(thrown);
        throw thrown;
      }
    },
  };
}

/** Without ids a method runs on no records, and all is well. */
export function idList(ids: unknown): number[] {
  if (typeof ids === "number") return [ids];
  if (!Array.isArray(ids)) return [];
  if (ids.every((id) => typeof id === "number")) return ids;
  throw new OdooException(
    "psycopg2.errors.InvalidTextRepresentation",
    "invalid input syntax for type integer\n",
    500,
  );
}

function failed(exception: OdooException): WebAnswer {
  return json(exception.status, describeException(exception));
}
