/** The server a contract case runs against, and what the cases share. */
import assert from "node:assert/strict";
import { createOdooClient, type OdooClient } from "../../../shared/odoo/client.ts";
import { type ErrorCode, SuiteError } from "../../../shared/errors.ts";

export interface OdooAddress {
  url: string;
  database: string;
  login: string;
  apiKey: string;
}

export interface OdooUnderTest extends OdooAddress {
  protocol: "json2" | "jsonrpc";
  client: OdooClient;
  /** A name nobody else uses: the database may be shared and is not cleaned. */
  unique(label: string): string;
}

/** One behaviour, in the words of a test name, and its proof. */
export type ContractCase = readonly [behaviour: string, run: (odoo: OdooUnderTest) => Promise<void>];

export function odooUnderTest(address: OdooAddress, protocol: "json2" | "jsonrpc"): OdooUnderTest {
  return {
    ...address,
    protocol,
    client: createOdooClient({ ...address, protocol }, { fetch }),
    unique: (label) => `${label}-${crypto.randomUUID()}`,
  };
}

export async function newProject(odoo: OdooUnderTest, values: Record<string, unknown> = {}): Promise<number> {
  return await one(odoo.client.create("project.project", [{ name: odoo.unique("project"), ...values }]));
}

/** An unassigned task. */
export async function newTask(odoo: OdooUnderTest, values: Record<string, unknown>): Promise<number> {
  return await one(
    odoo.client.create("project.task", [{ name: odoo.unique("task"), user_ids: [], ...values }]),
  );
}

/** Stages of one project, in this order. */
export async function newStages(odoo: OdooUnderTest, project: number, ...names: string[]): Promise<number[]> {
  return await odoo.client.create(
    "project.task.type",
    names.map((name, index) => ({ name, sequence: index, project_ids: [[6, 0, [project]]] })),
  );
}

/** One record's fields without its id. */
export async function fieldsOf(
  odoo: OdooUnderTest,
  model: string,
  id: number,
  ...fields: string[]
): Promise<Record<string, unknown>> {
  const [record] = await odoo.client.read(model, [id], fields);
  assert.ok(record !== undefined, `${model} ${id} is gone`);
  return Object.fromEntries(fields.map((field) => [field, record[field]]));
}

/** The id behind an external id, archived records included. */
export async function referenceTo(odoo: OdooUnderTest, module: string, name: string): Promise<number> {
  const reference = { module, xml_id: name };
  const all = { context: { active_test: false } };
  const found = await odoo.client.call("ir.model.data", "check_object_reference", reference, all);
  assert.ok(Array.isArray(found) && typeof found[1] === "number", `no ${module}.${name}`);
  return found[1];
}

/** The same server as a plain project user sees it. It logs in with a password, which only JSON-RPC takes. */
export async function asPlainUser(odoo: OdooUnderTest): Promise<OdooUnderTest> {
  const [login, apiKey] = [odoo.unique("plain"), odoo.unique("password")];
  const groups = [
    await referenceTo(odoo, "base", "group_user"),
    await referenceTo(odoo, "project", "group_project_user"),
  ];
  await odoo.client.create("res.users", [
    { name: login, login, password: apiKey, group_ids: [[6, 0, groups]] },
  ]);
  return { ...odoo, ...odooUnderTest({ ...odoo, login, apiKey }, "jsonrpc") };
}

/** Returns when the server's clock shows a later second than this stamp. */
export async function secondAfter(odoo: OdooUnderTest, stamp: unknown): Promise<void> {
  const tag = await one(odoo.client.create("project.tags", [{ name: odoo.unique("clock") }]));
  const deadline = Date.now() + 5000;
  while (Date.now() < deadline) {
    await odoo.client.write("project.tags", [tag], { color: 2 });
    if (String((await fieldsOf(odoo, "project.tags", tag, "write_date")).write_date) > String(stamp)) return;
  }
  assert.fail(`the server's clock never passed ${stamp}`);
}

/** The id of an answer `[id, name]`, or false. */
export function idOf(many2one: unknown): unknown {
  return Array.isArray(many2one) ? many2one[0] : many2one;
}

export async function one(ids: Promise<number[]>): Promise<number> {
  const [id, ...more] = await ids;
  assert.ok(id !== undefined && more.length === 0, "exactly one id was expected");
  return id;
}

/** The failure of a call, which must have this code and these facts, and must keep what it was about to itself. */
export async function failsWith(
  call: Promise<unknown>,
  code: ErrorCode,
  facts: Record<string, unknown> = {},
): Promise<SuiteError> {
  const thrown = await call.then(() => undefined, (error: unknown) => error);
  assert.ok(thrown instanceof SuiteError, `expected ${code}, got ${thrown ?? "an answer"}`);
  assert.equal(thrown.code, code, thrown.message);
  for (const [name, value] of Object.entries(facts)) assert.equal(thrown.facts[name], value, name);
  assert.doesNotMatch(JSON.stringify([thrown.message, thrown.facts]), /Traceback|top-secret|SECRET/);
  return thrown;
}
