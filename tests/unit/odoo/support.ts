/** What the tests of the Odoo client share. */
import assert from "node:assert/strict";
import { createOdooClient, type OdooClient, type OdooClientConfig } from "../../../shared/odoo/client.ts";
import { SuiteError } from "../../../shared/errors.ts";
import { fakeFetch, type Reply, type Sent } from "../../support/fake_fetch.ts";

export const KEY = "0123456789abcdef0123456789abcdef01234567";

export function clientWith(
  config: Partial<OdooClientConfig>,
  ...replies: Reply[]
): { client: OdooClient; sent: Sent[] } {
  const { fetch, sent } = fakeFetch(...replies);
  const whole = { url: "https://odoo.test/", database: "main", login: "bot", apiKey: KEY, ...config };
  return { client: createOdooClient({ protocol: "json2", ...whole }, { fetch }), sent };
}

export async function failure(call: Promise<unknown>): Promise<SuiteError> {
  const thrown = await call.then(() => undefined, (error: unknown) => error);
  assert.ok(thrown instanceof SuiteError, `a SuiteError was expected, not ${thrown ?? "an answer"}`);
  return thrown;
}
