/** No secret leaves plane-proxy or oauth-token-refresh either: their keys, derived secrets, tokens and codes. */
import assert from "node:assert/strict";
import { textToSign } from "../../shared/proxy/signature.ts";
import { startHostileUpstream } from "../support/hostile_upstream.ts";
import { openStage, sign, type Stage } from "../support/leak_stage.ts";

const JSON_TYPE = { "content-type": "application/json" };
const EVERYTHING = [{ methods: ["GET", "POST", "PATCH", "DELETE"], paths: ["**"] }];

function address(stage: Stage, name: string): string {
  return `${stage.stack.gateway.url}/functions/v1/${name}`;
}

/** Managing either function. What it answers is searched. */
function manage(stage: Stage, address: string, body?: object, method = "POST"): Promise<Response> {
  const headers = { ...JSON_TYPE, apikey: stage.stack.keys.manage };
  return stage.watch.fetch(address, {
    method,
    headers,
    body: body === undefined ? null : JSON.stringify(body),
  });
}

/** The one answer that shows a credential: not searched, but what it shows is looked for from then on. */
async function proxyClient(stage: Stage, action: "create" | "rotate", body: object) {
  const answer = await fetch(`${address(stage, "plane-proxy")}?action=${action}`, {
    method: "POST",
    headers: { ...JSON_TYPE, apikey: stage.stack.keys.manage },
    body: JSON.stringify(body),
  });
  const { key, signing_secret, client } = await answer.json();
  const shown: unknown = key ?? signing_secret;
  assert(answer.ok && typeof shown === "string", `${action}: ${answer.status}`);
  stage.watch.keep(`a proxy client's ${key === undefined ? "signing secret" : "key"}`, shown);
  return { secret: shown, id: String(client.id) };
}

async function signedRequest(stage: Stage, client: { id: string; secret: string }, nonce: string) {
  const path = "/api/v1/workspaces/acme/projects/";
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signed = { method: "GET", path, query: "", body: new Uint8Array(), timestamp, nonce };
  const { status } = await stage.watch.fetch(`${address(stage, "plane-proxy")}${path}`, {
    headers: {
      "x-proxy-client": client.id,
      "x-proxy-timestamp": timestamp,
      "x-proxy-nonce": nonce,
      "x-proxy-signature": sign(client.secret, textToSign(signed)),
    },
  });
  return status;
}

/** Right and wrong calls with a key that may do everything. Returns the statuses of the right ones. */
async function callThroughProxy(stage: Stage, key: string): Promise<number[]> {
  const { watch, stack, kept } = stage;
  const base = `${address(stage, "plane-proxy")}/api/v1/workspaces/acme`;
  const right: [string, string, string?][] = [
    ["GET", "/projects/"],
    ["POST", "/projects/", JSON.stringify({ name: "Through the proxy", identifier: "PROXY" })],
    ["GET", `/projects/${crypto.randomUUID()}/`],
    ["PATCH", `/projects/${crypto.randomUUID()}/`, "{}"],
    ["GET", "/members/"],
  ];
  const statuses: number[] = [];
  for (const [method, path, body] of right) {
    const headers = { ...JSON_TYPE, "x-api-key": key };
    statuses.push((await watch.fetch(`${base}${path}`, { method, headers, body: body ?? null })).status);
  }
  const wrong: Record<string, string>[] = [
    {},
    { "x-api-key": stack.keys.manage },
    { "x-api-key": kept.planeApiKey },
    { "x-api-key": `${key.slice(0, -1)}!` },
    { "x-api-key": key, authorization: `Bearer ${stack.keys.manage}` },
    { authorization: `Basic ${btoa(`key:${key}`)}` },
  ];
  for (const headers of wrong) {
    const { status } = await watch.fetch(`${base}/projects/?token=${key}`, { headers });
    assert([400, 401, 403].includes(status), `${status} for ${Object.keys(headers)}`);
  }
  for (const path of [`/projects/${key}/`, `/projects/../../users/me/`, `/projects/?cursor=${key}`]) {
    await watch.fetch(`${base}${path}`, { headers: { "x-api-key": "ppk_wrong" } });
  }
  return statuses;
}

/** Both consents as a browser goes through them, then a refresh, a change of key and the status. */
async function consentAndRefresh(stage: Stage): Promise<void> {
  const { watch } = stage;
  const refresh = address(stage, "oauth-token-refresh");
  for (const kind of ["bot", "user"]) {
    const begun = await (await manage(stage, `${refresh}?action=authorize`, { kind })).json();
    const consent = await fetch(begun.url, { redirect: "manual" });
    await consent.body?.cancel();
    const back = consent.headers.get("location") ?? "";
    assert.equal((await watch.fetch(back)).status, 200, `the consent of a ${kind} is finished`);
    // The second time the state is used up.
    assert((await watch.fetch(back)).status >= 400);
  }
  const { tokens } = await (await manage(stage, `${refresh}?action=status`, undefined, "GET")).json();
  assert.equal(tokens.length, 2);
  for (const { id } of tokens) await manage(stage, `${refresh}?action=refresh`, { id });
  await manage(stage, `${refresh}?action=refresh`, {});
  await manage(stage, `${refresh}?action=rotate_keys`, {});
  for (const apikey of ["", stage.kept.tokenKey, stage.stack.keys.cron]) {
    const headers = { apikey };
    await watch.fetch(refresh, { headers });
    await watch.fetch(`${refresh}/callback?state=wrong&code=wrong`, { headers });
  }
}

Deno.test("no proxy key, signing secret, token, code or key of the ring leaks when all goes well and when callers do not", async () => {
  await using stage = await openStage();
  const client = await proxyClient(stage, "create", {
    name: "leaks",
    scopes: EVERYTHING,
    workspaces: ["acme"],
  });
  assert.deepEqual((await callThroughProxy(stage, client.secret)).slice(0, 2), [200, 201]);
  await callThroughProxy(stage, (await proxyClient(stage, "rotate", { name: "leaks" })).secret);
  const signing = await proxyClient(stage, "create", {
    name: "signs",
    kind: "signed",
    scopes: EVERYTHING,
    workspaces: ["acme"],
  });
  assert.equal(await signedRequest(stage, signing, "nonce-0123456789"), 200);
  assert.equal(await signedRequest(stage, signing, "nonce-0123456789"), 401, "a repeated request is refused");
  assert.equal((await manage(stage, `${address(stage, "plane-proxy")}?action=list`, {})).status, 200);
  await consentAndRefresh(stage);
  assert((stage.stack.oauth?.grants.issued ?? 0) >= 4, "tokens were issued and refreshed");
  await stage.nothingLeaked();
});

Deno.test("no secret leaks when the authorization server fails, and repeats what it was sent", async () => {
  const hostile = startHostileUpstream();
  try {
    await using stage = await openStage({ upstream: hostile.url });
    const refresh = address(stage, "oauth-token-refresh");
    for (const kind of ["bot", "user", "bot", "user"]) {
      const begun = await (await manage(stage, `${refresh}?action=authorize`, { kind })).json();
      const state = new URL(begun.url).searchParams.get("state") ?? "";
      const proof = `app_installation_id=${crypto.randomUUID()}&code=pln_code_0123456789`;
      await stage.watch.fetch(`${refresh}/callback?state=${state}&${proof}`);
      await manage(stage, `${refresh}?action=refresh`, {});
    }
    assert(hostile.requests.some((path) => path.startsWith("/auth/o/token")), "the server was asked");
    await stage.nothingLeaked();
  } finally {
    await hostile.close();
  }
});

Deno.test("plane-proxy keeps its own Plane key back when Plane repeats it in its errors", async () => {
  const hostile = startHostileUpstream();
  try {
    await using stage = await openStage({ upstream: hostile.url });
    const client = await proxyClient(stage, "create", {
      name: "echo",
      scopes: EVERYTHING,
      workspaces: ["acme"],
    });
    await callThroughProxy(stage, client.secret);
    await callThroughProxy(stage, client.secret);
    assert(hostile.requests.some((path) => path.startsWith("/api/v1/")), "Plane was asked");
    await stage.nothingLeaked();
  } finally {
    await hostile.close();
  }
});
