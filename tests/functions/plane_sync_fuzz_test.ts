/** Many thousand requests nobody should send: none is a fault of ours, and none gets in without its signature. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { readConfig, webhookSecrets } from "../../shared/config.ts";
import { SuiteError } from "../../shared/errors.ts";
import { authenticateManagement } from "../../shared/http/management_auth.ts";
import type { Delivery } from "../../shared/delivery.ts";
import { receiveWebhook } from "../../shared/webhook/receive.ts";
import { createApp } from "../../supabase/functions/plane-sync/app.ts";
import { createTestDatabase } from "../support/database.ts";
import { type HostileRequest, strangers, webhooks } from "../support/hostile_requests.ts";
import { KEYS, startPlaneSync } from "../support/plane_sync.ts";
import { createTokenMaker } from "../support/user_tokens.ts";

const MAX_BODY = 200_000;
const { jwks } = await createTokenMaker();

/** The real app with real verification; only what lies behind it is a double that takes notes. */
function appWithoutDatabase() {
  const stored: { delivery: Delivery; body: string }[] = [];
  const managed: string[] = [];
  const config = readConfig({
    DATABASE_URL: "postgres://nowhere.invalid/none",
    PLANE_WEBHOOK_SECRET: KEYS.planeSecret,
    PLANE_WEBHOOK_SECRET_PREVIOUS: KEYS.planeSecretPrevious,
    ODOO_WEBHOOK_SECRET: KEYS.odooSecret,
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: KEYS.manage, cron: KEYS.cron }),
    SUPABASE_SERVICE_ROLE_KEY: KEYS.serviceRole,
    SUPABASE_JWKS: jwks,
  });
  const manage = (what: string) => {
    managed.push(what);
    return Promise.resolve(0);
  };
  const app = createApp({
    receive: (request, source) =>
      receiveWebhook(request, source, {
        secrets: (of) => webhookSecrets(config, of),
        maxBodyBytes: MAX_BODY,
        store: (delivery, body) => {
          stored.push({ delivery, body });
          return Promise.resolve({ duplicate: false, targetId: null });
        },
        now: Date.now,
        randomId: () => crypto.randomUUID(),
      }),
    authenticate: (request) => authenticateManagement(request, config),
    status: () => manage("status").then(() => ({})),
    sync: () => manage("sync"),
    replay: () => manage("replay"),
    conflicts: () => manage("conflicts").then(() => []),
    resolve: () => manage("resolve").then(() => null),
    explain: () => manage("explain").then(() => Promise.reject(new SuiteError("not_found"))),
    undo: () => manage("undo").then(() => Promise.reject(new SuiteError("not_found"))),
    backfill: () => Promise.resolve(crypto.randomUUID()),
    readRun: () => Promise.resolve(null),
    listRecords: () => Promise.resolve(null),
    workInBackground: () => {},
    drift: () => Promise.reject(new SuiteError("not_found")),
    sweep: () =>
      manage("sweep").then(() => (
        { rows: 0, hints: 0, unannounced: 0, failed: {}, unfinished: false, released: 0 }
      )),
    pause: () => manage("pause"),
    resume: () => manage("resume"),
    drain: () => manage("drain").then(() => ({ claimed: 0, done: 0, failed: 0, lost: 0, more: false })),
    drainInBackground: () => {},
    log: () => {},
    now: () => 0,
  });
  return { app, stored, managed };
}

function requestOf({ method, headers, body }: HostileRequest): RequestInit {
  return {
    method,
    headers,
    ...(method === "GET" || method === "HEAD" ? {} : { body: Uint8Array.from(body) }),
  };
}

/** The JSON object these bytes are in UTF-8; undefined when they are none. */
function jsonObject(body: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What the ledger's and the queue's columns take. */
function fitsTheDatabase({ delivery, body }: { delivery: Delivery; body: string }): void {
  assert.match(delivery.dedupKey, /^(plane|odoo):[\x20-\x7e]{1,300}$/);
  assert.match(delivery.eventType, /^[\x20-\x7e]{1,161}$/);
  if (delivery.entity !== null) {
    assert.match(delivery.entity.type, /^[a-z][a-z0-9_.]{0,63}$/);
    assert.match(delivery.entity.id, delivery.source === "plane" ? /^[0-9a-f-]{36}$/ : /^[1-9]\d{0,15}$/);
  }
  if (delivery.observation !== null) {
    assert.match(delivery.observation.at, /^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    assert.ok(!Number.isNaN(Date.parse(delivery.observation.at)));
  }
  if (delivery.queue) assert.notEqual(delivery.entity, null);
  assert.ok(!body.includes("\u0000"));
}

const REFUSALS = new Set([400, 401, 413, 415]);

Deno.test("12,000 webhooks with any body and headers: stored exactly when rightly signed, never a 500", async () => {
  const { app, stored } = appWithoutDatabase();
  const seen = new Map<number, number>();
  const property = fc.asyncProperty(webhooks, async (sent) => {
    stored.length = 0;
    const answer = await app.request(`/plane-sync${sent.query}`, requestOf(sent));
    const { ok } = await answer.json();
    seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
    assert.ok(answer.status === 200 || REFUSALS.has(answer.status), String(answer.status));
    assert.equal(ok, answer.status === 200);
    assert.equal(stored.length, answer.status === 200 ? 1 : 0);
    if (!sent.signed) assert.notEqual(answer.status, 200);
    stored.forEach(fitsTheDatabase);
    const parsed = jsonObject(sent.body);
    const acceptable = sent.signed && sent.headers["content-type"] === "application/json" &&
      sent.body.length <= MAX_BODY && parsed !== undefined;
    // An Odoo body may carry a time, which is hardly ever now.
    const timed = sent.source === "odoo" && parsed?.timestamp !== undefined && parsed.timestamp !== null;
    if (acceptable && !timed) assert.equal(answer.status, 200);
  });
  await fc.assert(property, { numRuns: 12_000 });
  for (const status of [200, 400, 401, 413, 415]) {
    assert.ok((seen.get(status) ?? 0) > 0, `no request was answered ${status}`);
  }
});

Deno.test("3,000 requests to any route without a key: refused as JSON, nothing done, never a 500", async () => {
  const { app, stored, managed } = appWithoutDatabase();
  await fc.assert(
    fc.asyncProperty(strangers, async (sent) => {
      const answer = await app.request(`/plane-sync${sent.query}`, requestOf(sent));
      const text = await answer.text();
      assert.ok([400, 401, 405, 413, 415].includes(answer.status), String(answer.status));
      if (sent.method !== "HEAD") assert.equal(JSON.parse(text).ok, false);
    }),
    { numRuns: 3_000 },
  );
  assert.deepEqual({ stored, managed }, { stored: [], managed: [] });
});

Deno.test("1,000 of them into a real database: what is rightly signed is there, byte for byte, and nothing else", async () => {
  await using database = await createTestDatabase();
  await using sync = startPlaneSync(database.url, { SYNC_DRAIN_WALL_CLOCK_MS: "0" });
  const samples = fc.sample(webhooks, 1_000);
  const accepted: string[] = [];
  // Sixteen at a time, because what comes together is stored together.
  for (let from = 0; from < samples.length; from += 16) {
    await Promise.all(
      samples.slice(from, from + 16).map(async (sent) => {
        const answer = await sync.request(sent.query, requestOf(sent));
        const { duplicate } = await answer.json();
        assert.ok(answer.status === 200 || REFUSALS.has(answer.status), String(answer.status));
        if (!sent.signed) assert.notEqual(answer.status, 200);
        if (answer.status === 200 && !duplicate) {
          accepted.push(new TextDecoder("utf-8", { ignoreBOM: true }).decode(sent.body));
        }
      }),
    );
  }
  const rows = await database.sql<{ body: string }[]>`select body from plane.webhook_delivery`;
  assert.ok(accepted.length > 100);
  assert.deepEqual(rows.map(({ body }) => body).sort(), accepted.sort());
});
