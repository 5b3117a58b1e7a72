/** Which of Odoo's two protocols to speak, decided once per client. */
import { SuiteError } from "../errors.ts";
import type { HttpPoster } from "./http.ts";
import { json2Transport, NoJson2 } from "./json2.ts";
import { jsonRpcTransport } from "./jsonrpc.ts";
import type { Connection, OdooTransport } from "./transport.ts";

/** The first Odoo that has JSON-2. */
const FIRST_JSON2_MAJOR = 19;

export type OdooProtocol = "auto" | "json2" | "jsonrpc";

export function chooseTransport(
  protocol: OdooProtocol,
  connection: Connection,
  post: HttpPoster,
): OdooTransport {
  if (protocol === "json2") return strictJson2(connection, post);
  if (protocol === "jsonrpc") return jsonRpcTransport(connection, post);
  return automatic(connection, post);
}

function strictJson2(connection: Connection, post: HttpPoster): OdooTransport {
  const json2 = json2Transport(connection, post);
  return {
    protocol: "json2",
    call: (call) => json2.call(call).catch(noDatabase),
    version: (call) => json2.version(call),
  };
}

/**
 * JSON-2 first: on 19 the choice then costs nothing. A server without it answers 404 with an HTML page, and so
 * does a 19 that does not serve the database, so the version decides between the two. Nothing ran in either
 * case, so the call can be made again.
 */
function automatic(connection: Connection, post: HttpPoster): OdooTransport {
  const json2 = json2Transport(connection, post);
  const jsonRpc = jsonRpcTransport(connection, post);
  let chosen: OdooTransport | undefined;
  const version: OdooTransport["version"] = async (call) => {
    if (chosen !== undefined) return await chosen.version(call);
    try {
      return await json2.version(call);
    } catch (thrown) {
      if (!(thrown instanceof SuiteError) || thrown.code !== "odoo_bad_answer") throw thrown;
      return await jsonRpc.version(call);
    }
  };
  return {
    get protocol() {
      return (chosen ?? json2).protocol;
    },
    async call(call) {
      if (chosen !== undefined) return await chosen.call(call).catch(noDatabase);
      try {
        const answer = await json2.call(call);
        chosen = json2;
        return answer;
      } catch (thrown) {
        if (!(thrown instanceof NoJson2)) throw thrown;
        if ((await version(call)).major >= FIRST_JSON2_MAJOR) return noDatabase(thrown);
        chosen = jsonRpc;
        return await jsonRpc.call(call);
      }
    },
    version,
  };
}

function noDatabase(thrown: unknown): never {
  if (!(thrown instanceof NoJson2)) throw thrown;
  throw new SuiteError("odoo_not_found", {
    message: "Odoo has no JSON-2 here: it is older than 19, or the database name is wrong.",
    facts: { status: 404 },
  });
}
