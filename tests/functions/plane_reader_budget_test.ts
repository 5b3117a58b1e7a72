/** What plane-sync reads from Plane goes through the budget all workers share. */
import assert from "node:assert/strict";
import { startSandboxPlane } from "../../dev/sandbox/plane/server.ts";
import { readConfig } from "../../shared/config.ts";
import { createCallBudget } from "../../shared/plane/call_budget.ts";
import { apiKeyCredential } from "../../shared/plane/credential.ts";
import { createBreakers } from "../../supabase/functions/plane-sync/breakers.ts";
import { planeAccess } from "../../supabase/functions/plane-sync/clients.ts";
import { createTestDatabase } from "../support/database.ts";

Deno.test("each read of plane-sync is booked in the lane of live changes and settled with its answer", async () => {
  await using database = await createTestDatabase();
  const plane = await startSandboxPlane();
  try {
    const config = readConfig({
      DATABASE_URL: database.url,
      PLANE_BASE_URL: plane.url,
      PLANE_API_KEY: plane.apiKeys.alice,
      PLANE_WORKSPACE_SLUG: plane.workspaceSlug,
    });
    const runtime = { fetch, monotonicMs: () => performance.now() };
    const reader = planeAccess(
      config,
      runtime,
      createCallBudget(database.sql),
      apiKeyCredential(plane.apiKeys.alice),
      createBreakers(config, database.sql, runtime.monotonicMs).plane,
    );
    assert.equal((await reader?.client.me())?.email, "alice@example.test");
    await assert.rejects(reader?.client.project(crypto.randomUUID()) ?? Promise.resolve(), {
      code: "plane_not_found",
    });
    const calls = await database.sql`
      select credential, lane, status, http_status from plane.api_call order by id`;
    assert.deepEqual(calls.map((call) => ({ ...call })), [
      { credential: "default", lane: "live", status: "answered", http_status: 200 },
      { credential: "default", lane: "live", status: "answered", http_status: 404 },
    ]);
  } finally {
    await plane.close();
  }
});

Deno.test("when the budget says no, nothing is sent, and the entity learns when to come back", async () => {
  await using database = await createTestDatabase();
  const plane = await startSandboxPlane();
  try {
    await database.sql`insert into plane.api_budget (credential, call_limit) values ('default', 1)`;
    const config = readConfig({
      DATABASE_URL: database.url,
      PLANE_BASE_URL: plane.url,
      PLANE_API_KEY: plane.apiKeys.alice,
      PLANE_WORKSPACE_SLUG: plane.workspaceSlug,
    });
    const runtime = { fetch, monotonicMs: () => performance.now() };
    const reader = planeAccess(
      config,
      runtime,
      createCallBudget(database.sql),
      apiKeyCredential(plane.apiKeys.alice),
      createBreakers(config, database.sql, runtime.monotonicMs).plane,
    );
    await reader?.client.me();
    const thrown = await reader?.client.me().catch((error: unknown) => error) as {
      code?: string;
      retryAfterMs?: number;
    };
    assert.equal(thrown.code, "plane_rate_limited");
    assert.ok((thrown.retryAfterMs ?? 0) > 50_000);
    assert.equal(plane.requests.length, 1);
  } finally {
    await plane.close();
  }
});
