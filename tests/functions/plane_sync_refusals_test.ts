/** What plane-sync refuses, with which status, and what a refusal leaves behind: nothing. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createTestDatabase } from "../support/database.ts";
import { issueEnvelope } from "../support/plane_envelopes.ts";
import { KEYS, type PlaneSync, signatureOf, startPlaneSync } from "../support/plane_sync.ts";

const BODY = JSON.stringify(issueEnvelope(1));
const JSON_TYPE = { "content-type": "application/json" };
const MANAGER = { apikey: KEYS.manage };

/** Checks the status, the code and the one shape of all failures. */
async function isRefused(answer: Response, status: number, code: string): Promise<void> {
  const body = await answer.json();
  assert.deepEqual([answer.status, body.code], [status, code]);
  assert.match(answer.headers.get("content-type") ?? "", /^application\/json/);
  assert.deepEqual(Object.keys(body), ["ok", "success", "error", "code"]);
  assert.deepEqual([body.ok, body.success], [false, false]);
  assert.ok(typeof body.error === "string" && body.error.length > 0);
}

async function withSync(
  check: (sync: PlaneSync) => Promise<void>,
  environment: Record<string, string | undefined> = {},
): Promise<void> {
  await using database = await createTestDatabase();
  await using sync = startPlaneSync(database.url, environment);
  await check(sync);
  const [counted] = await database.sql`
    select (select count(*)::int from plane.webhook_delivery) as stored, (select count(*)::int from plane.sync_queue) as queued`;
  assert.deepEqual(counted, { stored: 0, queued: 0 });
  assert.equal(sync.background.length, 0);
}

const post = (body: BodyInit | null, headers: Record<string, string> = {}): RequestInit => ({
  method: "POST",
  body,
  headers: { ...JSON_TYPE, ...headers },
});

Deno.test("401: a webhook without its signature, with another's, or with a wrong one", () =>
  withSync(async (sync) => {
    const signature = signatureOf("plane", BODY);
    await isRefused(await sync.request("?source=plane", post(BODY)), 401, "signature_missing");
    await isRefused(await sync.request("?source=odoo", post(BODY)), 401, "signature_missing");
    const wrong = { "x-plane-signature": signature.replace(/^./, (digit) => digit === "0" ? "1" : "0") };
    await isRefused(await sync.request("?source=plane", post(BODY, wrong)), 401, "signature_invalid");
    const other = { "x-odoo-signature": signature };
    await isRefused(await sync.request("?source=odoo", post(BODY, other)), 401, "signature_invalid");
    const prefixed = { "x-plane-signature": `sha256=${signature}` };
    await isRefused(await sync.request("?source=plane", post(BODY, prefixed)), 401, "signature_invalid");
  }));

Deno.test("401: a webhook without signature, whatever key it carries", () =>
  withSync(async (sync) => {
    for (const key of [KEYS.manage, KEYS.serviceRole, KEYS.cron]) {
      const presented: Record<string, string>[] = [{ apikey: key }, { authorization: `Bearer ${key}` }];
      for (const headers of presented) {
        await isRefused(await sync.request("?source=plane", post(BODY, headers)), 401, "signature_missing");
        await isRefused(await sync.request("?source=odoo", post(BODY, headers)), 401, "signature_missing");
      }
    }
  }));

Deno.test("401: every webhook of a source whose secret is not configured, also one signed with nothing", () =>
  withSync(async (sync) => {
    const nothing = { "x-plane-signature": createHmac("sha256", "").update(BODY).digest("hex") };
    await isRefused(await sync.request("?source=plane", post(BODY, nothing)), 401, "secret_not_configured");
    await isRefused(await sync.webhook("plane", BODY), 401, "secret_not_configured");
    await isRefused(await sync.webhook("odoo", BODY), 401, "secret_not_configured");
  }, {
    PLANE_WEBHOOK_SECRET: "",
    PLANE_WEBHOOK_SECRET_PREVIOUS: "  ",
    ODOO_WEBHOOK_SECRET: undefined,
  }));

Deno.test("401: a signed Odoo time out of its window", () =>
  withSync(async (sync) => {
    for (const offset of [-301, 301]) {
      const body = JSON.stringify({ data: { id: 5 }, timestamp: Math.floor(Date.now() / 1000) + offset });
      await isRefused(await sync.webhook("odoo", body), 401, "signature_expired");
    }
  }));

Deno.test("400: a signed body that is not a JSON object", () =>
  withSync(async (sync) => {
    for (const body of ["", "not JSON", "[]", '"text"', "\ufeff{}", "{} {}"]) {
      await isRefused(await sync.webhook("plane", body), 400, "body_not_json");
      await isRefused(await sync.webhook("odoo", body), 400, "body_not_json");
    }
  }));

Deno.test("400: source together with action, even with a valid signature and a valid key", () =>
  withSync(async (sync) => {
    const headers = { ...MANAGER, "x-plane-signature": signatureOf("plane", BODY) };
    for (
      const query of ["?source=plane&action=drain", "?action=status&source=odoo", "?source=&action=status"]
    ) {
      await isRefused(await sync.request(query, post(BODY, headers)), 400, "bad_request");
    }
  }));

Deno.test("400: an action or source nobody knows, or none, with or without a key", () =>
  withSync(async (sync) => {
    const queries = [
      "",
      "?",
      "?action=",
      "?action=create",
      "?action=__proto__",
      "?action=constructor",
      "?action=Status",
      "?source=github",
      "?source=",
      "?source=__proto__",
      "?status",
    ];
    for (const query of queries) {
      await isRefused(await sync.request(query, { headers: MANAGER }), 400, "bad_request");
      await isRefused(await sync.request(query, post("{}")), 400, "bad_request");
    }
  }));

Deno.test("405: another method than the one `Allow` names", () =>
  withSync(async (sync) => {
    const wrong: [string, string[], string][] = [
      ["?source=plane", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"], "POST"],
      ["?source=odoo", ["GET", "PUT"], "POST"],
      ["?action=sync", ["PUT", "DELETE"], "GET, POST"],
      ["?action=drain", ["GET", "DELETE"], "POST"],
      ["?action=replay", ["GET"], "POST"],
      ["?action=status", ["POST", "PUT", "DELETE"], "GET"],
    ];
    for (const [query, methods, allowed] of wrong) {
      for (const method of methods) {
        const answer = await sync.request(query, { method, headers: MANAGER });
        assert.equal(answer.headers.get("allow"), allowed);
        await isRefused(answer, 405, "method_not_allowed");
      }
    }
    const head = await sync.request("?action=status", { method: "HEAD", headers: MANAGER });
    assert.deepEqual([head.status, head.headers.get("allow"), await head.text()], [405, "GET", ""]);
  }));

Deno.test("413: a body over the limit, declared or not, for webhooks and for management", () =>
  withSync(async (sync) => {
    const large = `{"a":"${"x".repeat(5_000)}"}`;
    await isRefused(await sync.webhook("plane", large), 413, "body_too_large");
    const declared = { "content-length": "5001" };
    await isRefused(await sync.webhook("plane", "{}", declared), 413, "body_too_large");
    const body = `{"a":"${"x".repeat(70_000)}"}`;
    for (const action of ["sync", "replay"]) {
      await isRefused(await sync.request(`?action=${action}`, post(body, MANAGER)), 413, "body_too_large");
    }
  }, { WEBHOOK_MAX_BODY_BYTES: "5000" }));

Deno.test("415: a webhook that is not application/json", () =>
  withSync(async (sync) => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonx"]) {
      const answer = await sync.webhook("plane", BODY, { "content-type": type });
      await isRefused(answer, 415, "unsupported_media_type");
    }
  }));

Deno.test("400: a management request that asks for what does not exist names the field, not a fault", () =>
  withSync(async (sync) => {
    const sync400 = [
      "[]",
      "nonsense",
      '{"nonsense":1}',
      '{"entity":{}}',
      '{"entity":{"source":"github","type":"issue","id":"1"}}',
      '{"entity":{"source":"plane","type":"issue","id":"a b"}}',
      '{"entity":{"source":"plane","type":"issue\\u0000","id":"1"}}',
      '{"project":"WEB"}',
      '{"project":"e26b06b2-6d78-487e-a3b4-bddd7534716f","entity":{"source":"odoo","type":"project.task","id":"1"}}',
    ];
    const replay400 = [
      "",
      "{}",
      "null",
      '{"ids":["1"]}',
      '{"ids":"e26b06b2-6d78-487e-a3b4-bddd7534716f"}',
      '{"entity_keys":["issue:\\u0000"]}',
      '{"entity_keys":[1]}',
      '{"reason":"; drop table"}',
      '{"from":"yesterday"}',
      '{"from":"2026-02-31T00:00:00Z"}',
      '{"from":"0000-01-01T00:00:00Z"}',
      '{"to":"2026-01-01T00:00:00+23:59"}',
      '{"to":"999999-01-01T00:00:00Z"}',
      `{"ids":${JSON.stringify(Array(1001).fill("e26b06b2-6d78-487e-a3b4-bddd7534716f"))}}`,
    ];
    const cases = [...sync400.map((body) => ["sync", body]), ...replay400.map((body) => ["replay", body])];
    for (const [action, body] of cases) {
      const answer = await sync.request(`?action=${action}`, post(body ?? "", MANAGER));
      const { code } = await answer.clone().json();
      await isRefused(answer, 400, code === "body_not_json" ? code : "bad_request");
    }
  }));
