/** JSON-2: `POST /json/2/<model>/<method>` with named arguments and a bearer key. Odoo 19 and later. */
import { z } from "zod";
import { SuiteError } from "../errors.ts";
import { failureFrom, isRead, proxyFailure } from "./failures.ts";
import type { HttpAnswer, HttpPoster } from "./http.ts";
import type { Connection, OdooTransport } from "./transport.ts";
import { parseVersion } from "./version.ts";

/** The address answered 404 with a page: no JSON-2 in this version, or no such database. Nothing ran. */
export class NoJson2 extends Error {}

/** Error body; `debug` (a full traceback) and `arguments` are left where they are. */
const errorBody = z.object({ name: z.string(), message: z.string().catch("") });

export function json2Transport(connection: Connection, post: HttpPoster): OdooTransport {
  const headers: Record<string, string> = { authorization: `bearer ${connection.apiKey}` };
  if (connection.database !== undefined) headers["x-odoo-database"] = connection.database;
  return {
    protocol: "json2",
    async call({ model, method, args, context, signal, timeoutMs }) {
      const at = { model, method };
      const answer = await post({
        url: `${connection.url}/json/2/${encodeURIComponent(model)}/${encodeURIComponent(method)}`,
        headers,
        body: { ...args, context },
        writes: !isRead(method),
        signal,
        timeoutMs,
        label: `${model}/${method}`,
      });
      const body = parse(answer);
      if (answer.status === 200 && body !== undefined) return body.value;
      const known = errorBody.safeParse(body?.value);
      if (known.success) throw failureFrom(known.data, { ...at, status: answer.status }, args);
      if (answer.status === 404) throw new NoJson2();
      throw proxyFailure(answer, at);
    },
    async version({ signal, timeoutMs }) {
      const answer = await post({
        url: `${connection.url}/web/version`,
        writes: false,
        signal,
        timeoutMs,
        label: "the version",
      });
      const found = parseVersion(parse(answer)?.value);
      if (answer.status === 200 && found !== undefined) return found;
      throw new SuiteError("odoo_bad_answer", {
        message: "Odoo does not say which version it is.",
        facts: { status: answer.status },
      });
    },
  };
}

function parse(answer: HttpAnswer): { value: unknown } | undefined {
  if (!answer.contentType.includes("json")) return undefined;
  try {
    return { value: JSON.parse(answer.text) };
  } catch {
    return undefined;
  }
}
