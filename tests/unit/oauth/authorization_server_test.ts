/** What is sent to the authorization server, and what its failures become. */
import assert from "node:assert/strict";
import { createAuthorizationServer } from "../../../shared/oauth/authorization_server.ts";
import { oauthSettings } from "../../../shared/oauth/settings.ts";
import { SuiteError } from "../../../shared/errors.ts";
import { readConfig } from "../../../shared/config.ts";

const SECRET = "plane_oauth_se+cret/ü";
const settings = oauthSettings(readConfig({
  DATABASE_URL: "postgresql://127.0.0.1/x",
  PLANE_API_URL: "https://api.plane.example/api/v1",
  PLANE_OAUTH_CLIENT_ID: "client-1_2",
  PLANE_OAUTH_CLIENT_SECRET: SECRET,
  PLANE_OAUTH_SCOPE: "projects:read",
  SUPABASE_URL: "https://ref.supabase.co",
}));

interface Seen {
  url: string;
  authorization: string | null;
  form: Record<string, string>;
  redirect: RequestRedirect | undefined;
}

function server(answer: () => Response | Promise<Response>, timeoutMs = 5_000) {
  const seen: Seen[] = [];
  const fetch: typeof globalThis.fetch = async (input, init = {}) => {
    const request = new Request(String(input), init);
    seen.push({
      url: request.url,
      authorization: request.headers.get("authorization"),
      form: Object.fromEntries(new URLSearchParams(await request.text())),
      redirect: init.redirect,
    });
    return await answer();
  };
  return { seen, asked: createAuthorizationServer(settings, { fetch, timeoutMs }) };
}

const good = () =>
  Response.json({
    access_token: "pln_bot_1",
    token_type: "Bearer",
    expires_in: 86400,
    scope: "projects:read",
  });

Deno.test("the authorization server is at the API's host, and the redirect comes back to this function", () => {
  assert.equal(settings.serverUrl, "https://api.plane.example");
  assert.equal(settings.redirectUrl, "https://ref.supabase.co/functions/v1/oauth-token-refresh/callback");
});

Deno.test("a bot's token: the client in the header, the installation and the scope in the form", async () => {
  const { asked, seen } = server(good);
  const token = await asked.botToken("installation-1");
  assert.deepEqual(token, { access: "pln_bot_1", expiresIn: 86400, refresh: null, scope: "projects:read" });
  const [sent] = seen;
  assert.equal(sent?.url, "https://api.plane.example/auth/o/token/");
  assert.equal(sent?.redirect, "manual");
  assert.deepEqual(sent?.form, {
    app_installation_id: "installation-1",
    scope: "projects:read",
    grant_type: "client_credentials",
  });
  const [user, password = ""] = atob((sent?.authorization ?? "").replace("Basic ", "")).split(":");
  assert.equal(user, "client-1_2", "what needs no escape is not escaped");
  assert.equal(decodeURIComponent(password), SECRET);
});

Deno.test("a person's token is refreshed with the client in the form", async () => {
  const { asked, seen } = server(good);
  await asked.refresh("pln_refresh_1");
  assert.equal(seen[0]?.authorization, null);
  assert.deepEqual(seen[0]?.form, {
    client_id: "client-1_2",
    client_secret: SECRET,
    refresh_token: "pln_refresh_1",
    grant_type: "refresh_token",
  });
});

Deno.test("a lifetime that is missing or absurd becomes a usable one", async () => {
  for (const [given, expected] of [[undefined, 3600], [1e300, 366 * 86400], ["7200", 7200]]) {
    const { asked } = server(() =>
      Response.json({ access_token: "a", token_type: "bearer", expires_in: given })
    );
    assert.equal((await asked.botToken("i")).expiresIn, expected);
  }
});

const failures: [string, () => Response | Promise<Response>, string, boolean][] = [
  ["a dead grant", () => json(400, "invalid_grant"), "oauth_needs_reauthorization", false],
  [
    "a wrong secret",
    () => json(401, "invalid_client", 'Bearer error="invalid_client"'),
    "oauth_refused",
    false,
  ],
  ["a wrong scope", () => json(400, "invalid_scope"), "oauth_refused", false],
  ["an error nobody registered", () => json(400, "pln_secret_in_here"), "oauth_refused", false],
  ["a page", () => new Response("<!DOCTYPE html>", { status: 404 }), "oauth_refused", false],
  ["a limit", () => json(429, "slow_down"), "oauth_unavailable", false],
  ["a fault", () => new Response("pln_secret_in_here", { status: 500 }), "oauth_unavailable", true],
  [
    "a redirect",
    () => new Response(null, { status: 302, headers: { location: "/" } }),
    "oauth_unavailable",
    true,
  ],
  ["no JSON", () => new Response("pln_secret_in_here"), "oauth_unavailable", true],
  [
    "no token",
    () => Response.json({ token_type: "Bearer", refresh_token: "pln_secret_in_here" }),
    "oauth_unavailable",
    true,
  ],
  [
    "another kind of token",
    () => Response.json({ access_token: "pln_secret_in_here", token_type: "mac" }),
    "oauth_unavailable",
    true,
  ],
  ["no connection", () => Promise.reject(new TypeError("pln_secret_in_here")), "oauth_unavailable", true],
];

for (const [name, answer, code, outcomeUnknown] of failures) {
  Deno.test(`${name} is ${code}${outcomeUnknown ? ", outcome unknown" : ""}, and quotes nothing of the answer`, async () => {
    for (const ask of ["botToken", "refresh"] as const) {
      const thrown = await server(answer).asked[ask]("pln_refresh_used").then(
        () => undefined,
        (error) => error,
      );
      assert(thrown instanceof SuiteError);
      assert.equal(thrown.code, code);
      assert.equal(thrown.outcomeUnknown, outcomeUnknown);
      const shown = Deno.inspect(thrown, { depth: 10, showHidden: true }) + JSON.stringify(thrown);
      for (const secret of ["pln_secret_in_here", "pln_refresh_used", SECRET]) {
        assert(!shown.includes(secret));
      }
    }
  });
}

function json(status: number, error: string, challenge?: string): Response {
  const headers: Record<string, string> = challenge === undefined ? {} : { "www-authenticate": challenge };
  return Response.json({ error, error_description: "pln_secret_in_here" }, { status, headers });
}
