/** plane-sync and plane-proxy reach Plane with an OAuth app's bot when no key is configured; its tokens leak nowhere. */
import assert from "node:assert/strict";
import { openStage } from "../support/leak_stage.ts";

Deno.test("an installed bot carries a proxied call to Plane, a refresh at expiry included, and no token is seen anywhere", async () => {
  await using stage = await openStage({ withoutPlaneKey: true });
  const { stack, watch } = stage;
  assert(stack.oauth !== undefined && stack.plane !== undefined);
  const functions = stack.functionUrl.replace("plane-sync", "");
  const manage = async (path: string, body: unknown) => {
    const headers = { apikey: stack.keys.manage, "content-type": "application/json" };
    const answer = await watch.fetch(functions + path, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    return await answer.json();
  };
  for (const kind of ["bot", "user"]) {
    const { url } = await manage("oauth-token-refresh?action=authorize", { kind });
    const page = await fetch(url, { redirect: "manual" });
    await page.body?.cancel();
    const back = page.headers.get("location") ?? "";
    assert.equal((await watch.fetch(back)).status, 200);
    assert.equal((await watch.fetch(back)).status, 400);
  }
  const scopes = [{ methods: ["GET"], paths: ["**"] }];
  const made = await manage("plane-proxy?action=create", { name: "reader", scopes, workspaces: ["acme"] });
  const projects = async () => {
    const headers = { "X-API-Key": String(made.key) };
    const answer = await watch.fetch(`${functions}plane-proxy/api/v1/workspaces/acme/projects/`, { headers });
    assert.equal(answer.status, 200, await answer.text());
  };
  await projects();
  await stage.sql`
    update plane.oauth_token set refresh_at = clock_timestamp(), usable_until = clock_timestamp(), expires_at = clock_timestamp()`;
  stack.oauth.faults.push({ kind: "status", status: 500, body: stack.oauth.clientSecret });
  // Another function, which has no token in memory: the first refresh fails with the server echoing our secret.
  const run = () => manage("oauth-token-refresh?action=refresh", {});
  assert.equal((await run()).failed, 1);
  await stage.sql`update plane.oauth_token set cooldown_until = clock_timestamp()`;
  assert.equal((await run()).refreshed, 1);
  await projects();
  await manage("oauth-token-refresh?action=rotate_keys", {});
  await watch.fetch(`${functions}oauth-token-refresh`, { headers: { apikey: stack.keys.manage } });
  await stage.nothingLeaked();
});
