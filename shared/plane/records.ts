/** What the client does with any kind of record: send, check the answer, page through a list. */
import type { z } from "zod";
import { SuiteError } from "../errors.ts";
import { type PlaneRow, planeRows } from "./pages.ts";
import type { PlaneCall, PlaneTransport } from "./transport.ts";
import type { Created, PlaneQuery } from "./values.ts";

export async function readRecord<Schema extends z.ZodType>(
  send: PlaneTransport,
  operation: string,
  path: string[],
  schema: Schema,
  call: PlaneCall,
) {
  const answer = await send({ ...call, operation, method: "GET", path });
  return checked(operation, schema, answer.body);
}

/** A 409 that names the record in the way is an answer, not an error: the record is there. */
export async function createRecord<Record extends { id: string }>(
  send: PlaneTransport,
  operation: string,
  path: string[],
  schema: z.ZodType<Record>,
  body: object,
  call: PlaneCall = {},
): Promise<Created<Record>> {
  try {
    const answer = await send({ ...call, operation, method: "POST", path, body });
    const record = checked(operation, schema, answer.body);
    return { created: true, id: record.id, record };
  } catch (thrown) {
    const existing = thrown instanceof SuiteError && thrown.code === "plane_conflict"
      ? thrown.facts.existing_id
      : undefined;
    if (typeof existing !== "string") throw thrown;
    return { created: false, id: existing };
  }
}

export async function updateRecord<Schema extends z.ZodType>(
  send: PlaneTransport,
  operation: string,
  path: string[],
  schema: Schema,
  body: object,
  call: PlaneCall = {},
) {
  const answer = await send({ ...call, operation, method: "PATCH", path, body });
  return checked(operation, schema, answer.body);
}

export async function deleteRecord(
  send: PlaneTransport,
  operation: string,
  path: string[],
  call: PlaneCall = {},
): Promise<void> {
  await send({ ...call, operation, method: "DELETE", path });
}

export function queryRows(
  send: PlaneTransport,
  operation: string,
  path: string[],
  { fields, expand, orderBy, resume }: PlaneQuery,
  call: PlaneCall,
): AsyncGenerator<PlaneRow> {
  const query = {
    ...(fields === undefined ? {} : { fields: [...new Set(["id", ...fields])].join(",") }),
    ...(expand === undefined ? {} : { expand: expand.join(",") }),
    ...(orderBy === undefined ? {} : { order_by: orderBy }),
  };
  return planeRows(send, { ...call, operation, method: "GET", path, query }, resume);
}

export async function listRecords<Row extends { id: string }>(
  send: PlaneTransport,
  operation: string,
  path: string[],
  schema: z.ZodType<Row>,
  call: PlaneCall,
  query: PlaneQuery = {},
): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of queryRows(send, operation, path, query, call)) {
    rows.push(checked(operation, schema, row));
  }
  return rows;
}

/** Names the fields that do not fit, never their values. */
export function checked<Schema extends z.ZodType>(
  operation: string,
  schema: Schema,
  body: unknown,
): z.output<Schema> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const fields = [...new Set(result.error.issues.map((issue) => issue.path.join(".") || "(body)"))].slice(
    0,
    5,
  );
  throw new SuiteError("plane_bad_answer", { facts: { operation, fields: fields.join(" ") } });
}
