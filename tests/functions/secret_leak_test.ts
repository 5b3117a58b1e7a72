/**
 * No secret leaves the suite. The functions run as they are deployed, with secrets that are known here and every log level on;
 * people, senders and servers do what they should and what they should not. Then each line the functions wrote, each
 * answer, each row of each table and the database's own log of every statement are searched.
 */
import assert from "node:assert/strict";
import { startHostileUpstream } from "../support/hostile_upstream.ts";
import { issueEnvelope, PROJECT, projectEnvelope } from "../support/plane_envelopes.ts";
import { eventually } from "../support/eventually.ts";
import { openStage, secretLike, sign, type Stage } from "../support/leak_stage.ts";

/** Everything a caller may get wrong with a key or a signature, right keys in wrong places included. */
async function knockOnEveryDoor(stage: Stage): Promise<void> {
  const { watch, stack, kept } = stage;
  const url = stack.functionUrl;
  const almost = `${stack.keys.manage.slice(0, -1)}x`;
  const token = `${btoa('{"alg":"none"}')}.${btoa('{"role":"service_role"}')}.${kept.serviceRoleKey}`;
  const credentials: Record<string, string>[] = [
    {},
    { apikey: almost },
    { apikey: stack.planeWebhookSecret },
    { apikey: stack.keys.cron },
    { authorization: `Bearer ${almost}` },
    { authorization: `Basic ${btoa(`admin:${stack.keys.manage}`)}` },
    { authorization: `Bearer ${token}` },
    { "x-api-key": kept.planeApiKey },
  ];
  for (const headers of credentials) {
    for (const [method, action] of [["GET", "status"], ["POST", "sync"], ["POST", "replay"]]) {
      const { status } = await watch.fetch(`${url}?action=${action}&key=${stack.keys.manage}`, {
        method,
        headers,
      });
      assert([401, 403].includes(status), `${action}: ${status} for ${Object.keys(headers)}`);
    }
  }
  const body = JSON.stringify(issueEnvelope(3));
  const signatures = [
    sign(secretLike("plane_wh_"), body),
    sign(stack.planeWebhookSecret, `${body} `),
    stack.planeWebhookSecret,
    `sha256=${sign(stack.planeWebhookSecret, body)}`,
    "",
  ];
  for (const signature of signatures) {
    for (const source of ["plane", "odoo"]) {
      const headers = { "content-type": "application/json", [`x-${source}-signature`]: signature };
      const { status } = await watch.fetch(`${url}?source=${source}`, { method: "POST", body, headers });
      assert.equal(status, 401);
    }
  }
  for (const body of ["not json", `{"secret":`, "[]", "x".repeat(20_000)]) {
    await send(stage, "plane", body);
  }
}

async function send({ watch, stack }: Stage, source: "plane" | "odoo", body: string): Promise<Response> {
  const secret = source === "plane" ? stack.planeWebhookSecret : stack.odooWebhookSecret;
  return await watch.fetch(`${stack.functionUrl}?source=${source}`, {
    method: "POST",
    body,
    headers: { "content-type": "application/json", [`x-${source}-signature`]: sign(secret, body) },
  });
}

async function manage(stage: Stage, query: string, body?: object): Promise<Response> {
  const { watch, stack } = stage;
  return await watch.fetch(`${stack.functionUrl}?action=${query}`, {
    method: query === "status" ? "GET" : "POST",
    headers: { apikey: stack.keys.manage, "content-type": "application/json" },
    body: body === undefined ? null : JSON.stringify(body),
  });
}

Deno.test("no secret is in a log line, an answer, a table or a statement when all goes well and when callers do not", async () => {
  await using stage = await openStage();
  const { stack } = stage;
  const { plane } = stack;
  assert(plane !== undefined);
  plane.webhooks.add({
    url: `${stack.functionUrl}?source=plane`,
    version: "v1",
    secret: stack.planeWebhookSecret,
  });
  const project = await plane.api("POST", "/projects/", { name: "Leaks", identifier: "LEAK" });
  const item = await plane.api("POST", `/projects/${project.id}/work-items/`, { name: "Nothing to see" });
  await plane.idle();
  await eventually("the work item is in Odoo", async () => {
    const [row] = await stage.sql`
      select odoo_id from plane.sync_mappings where plane_id = ${
      String(item.id)
    } and last_synced_at is not null`;
    return row !== undefined;
  });
  assert.equal((await send(stage, "odoo", '{"_model":"project.task","_id":1}')).status, 200);
  await knockOnEveryDoor(stage);
  assert.equal((await manage(stage, "status")).status, 200);
  assert.equal((await manage(stage, "sync", { project: project.id })).status, 200);
  assert.equal((await manage(stage, "replay", { reason: "nothing" })).status, 200);
  assert.equal((await manage(stage, "drain")).status, 200);
  await stage.nothingLeaked();
});

Deno.test("no secret leaks when Plane and Odoo refuse everything and repeat what they were sent in their errors", async () => {
  const hostile = startHostileUpstream();
  try {
    await using stage = await openStage({ upstream: hostile.url });
    assert.equal((await send(stage, "plane", JSON.stringify(projectEnvelope(1)))).status, 200);
    assert.equal((await send(stage, "plane", JSON.stringify(issueEnvelope(2)))).status, 200);
    await manage(stage, "sync", {
      entity: { source: "plane", type: "issue", id: crypto.randomUUID(), project_id: PROJECT },
    });
    // Each round meets other refusals; backing off is cut short by asking again.
    for (let round = 0; round < 6; round += 1) {
      await manage(stage, "sync", {});
      await manage(stage, "drain");
      await manage(stage, "sweep", { full: true });
      assert.equal((await manage(stage, "status")).status, 200);
    }
    assert(hostile.requests.some((path) => path.startsWith("/api/v1/")), "Plane was asked");
    assert(hostile.requests.some((path) => /^\/(json|jsonrpc|web)/.test(path)), "Odoo was asked");
    await stage.nothingLeaked();
  } finally {
    await hostile.close();
  }
});

Deno.test("no secret leaks when neither Plane nor Odoo nor the database can be reached", async () => {
  await using stage = await openStage({ upstream: "http://127.0.0.1:9", databaseAway: true });
  assert.equal((await send(stage, "plane", JSON.stringify(projectEnvelope(1)))).status, 503);
  for (const query of ["status", "sync", "drain"]) {
    assert((await manage(stage, query)).status >= 500, query);
  }
  await stage.nothingLeaked();
});

Deno.test("no secret leaks when an address of Plane or Odoo has a password in it", async () => {
  const write = (secret: string) => `http://bot:${secret}@127.0.0.1:9`;
  await using stage = await openStage({ misplaced: { PLANE_API_URL: write, ODOO_URL: write } });
  assert.equal((await send(stage, "plane", JSON.stringify(projectEnvelope(3)))).status, 200);
  const entity = { source: "plane", type: "issue", id: crypto.randomUUID(), project_id: PROJECT };
  assert.equal((await manage(stage, "sync", { entity })).status, 200);
  assert.equal((await manage(stage, "drain")).status, 200);
  assert.equal((await manage(stage, "status")).status, 200);
  await stage.nothingLeaked();
});

Deno.test("no secret leaks when it was put into a variable where it makes no sense", async () => {
  const alone = (secret: string) => secret;
  const misplaced = {
    DATABASE_URL: (secret: string) => `postgres://functions:${secret}@[/postgres`,
    DATABASE_CONNECTIONS: alone,
    SUPABASE_SECRET_KEYS: alone,
    PLANE_API_URL: alone,
    ODOO_PROTOCOL: alone,
    LOG_LEVEL: alone,
  };
  for (const [variable, write] of Object.entries(misplaced)) {
    await using stage = await openStage({ misplaced: { [variable]: write } });
    assert.equal((await manage(stage, "status")).status, 503, variable);
    assert(stage.lines.some((line) => line.includes(variable)), `the log names ${variable}`);
    await stage.nothingLeaked();
  }
});
