import assert from "node:assert/strict";
import { orFail } from "../support/or_fail.ts";
import { createProxyWorld, type ProxyWorld } from "../support/proxy_world.ts";

const PROJECTS = "/api/v1/workspaces/acme/projects/";

/** A world whose Plane gives these answers; the requests it got. */
async function hostilePlane(answers: (request: Request) => Response | Promise<Response>, environment = {}) {
  const seen: Request[] = [];
  const world = await createProxyWorld({
    environment,
    fetch: () => (input, init) => {
      const request = new Request(input, init);
      seen.push(request);
      return Promise.resolve(answers(request));
    },
  });
  return { world, seen, key: await world.key("caller") };
}

async function refusalOf(world: ProxyWorld, key: string, init: RequestInit = {}): Promise<[number, string]> {
  const answer = await world.call(PROJECTS, { key, ...init });
  return [answer.status, (await answer.json()).code];
}

Deno.test("Plane gets our credential and the allowed headers, the caller gets nothing of it", async () => {
  const { world, seen, key } = await hostilePlane(() =>
    Response.json({ a: 1 }, {
      headers: { "Set-Cookie": "session=1", "Server": "plane", "X-RateLimit-Remaining": "7", "ETag": '"1"' },
    })
  );
  await using _ = world;
  const answer = await world.call(`${PROJECTS}?per_page=2`, {
    key,
    headers: { "X-Forwarded-For": "10.0.0.1", "Cookie": "a=b", "If-None-Match": '"0"' },
  });
  assert.deepEqual(await answer.json(), { a: 1 });
  const { apiKeys } = world.plane;
  const [request] = seen;
  assert.deepEqual(request?.headers.get("x-api-key"), apiKeys.service);
  assert.deepEqual([...request?.headers.keys() ?? []].sort(), [
    ...["accept", "accept-language", "if-none-match", "user-agent", "x-api-key"],
  ]);
  assert.deepEqual(
    ["set-cookie", "server", "x-ratelimit-remaining", "etag"].map((name) => answer.headers.get(name)),
    [
      ...[null, null, "7", '"1"'],
    ],
  );
});

Deno.test("a redirect is never followed: a file's address goes to the caller, one into the API or of a write is refused", async () => {
  let location = "";
  const { world, seen, key } = await hostilePlane(() =>
    new Response(null, { status: 302, headers: { location } })
  );
  await using _ = world;
  location = "https://files.example/bucket/file?signature=1";
  const file = await world.call(PROJECTS, { key });
  assert.deepEqual([file.status, file.headers.get("location")], [302, location]);
  await file.body?.cancel();
  const { apiKeys } = world.plane;
  for (
    location of [
      "https://evil.example/api/v1/users/me/",
      "/api/v1/workspaces/other/projects/",
      "ftp://files.example/file",
      "https://user:password@files.example/file",
      `https://files.example/?key=${apiKeys.service}`,
      "http://[",
    ]
  ) {
    assert.deepEqual(await refusalOf(world, key), [502, "plane_bad_answer"], location);
  }
  location = "https://files.example/file";
  assert.deepEqual(await refusalOf(world, key, { method: "POST", body: "{}" }), [502, "plane_bad_answer"]);
  assert(seen.every(({ url, redirect }) => url.startsWith(world.plane.url) && redirect === "manual"));
});

Deno.test("an error of Plane that prints our credential is withheld", async () => {
  const { world, key } = await hostilePlane((request) =>
    new Response(`<pre>HTTP_X_API_KEY = ${request.headers.get("x-api-key")}</pre>`, {
      status: 500,
      headers: { "content-type": "text/html" },
    })
  );
  await using _ = world;
  const { apiKeys } = world.plane;
  const answer = await world.call(PROJECTS, { key });
  const text = await answer.text();
  assert.deepEqual([answer.status, JSON.parse(text).code], [502, "plane_bad_answer"]);
  await world.settled();
  const [audit] = await world.sql`select coalesce(string_agg(e::text, ''), '') as text from ops.events e`;
  const everything = text + world.lines.join("") + String(audit?.text) + JSON.stringify([...answer.headers]);
  assert(!everything.includes(apiKeys.service) && !everything.includes(key));
});

Deno.test("a Plane that does not answer, or cannot be reached, is said as such", async () => {
  let broken = true;
  const { world, key } = await hostilePlane(async ({ signal }) => {
    if (broken) throw new TypeError("error sending request for url (http://plane.internal:8000/)");
    await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    return new Response();
  }, { PLANE_PROXY_TIMEOUT_MS: "50" });
  await using _ = world;
  assert.deepEqual(await refusalOf(world, key), [502, "plane_unreachable"]);
  broken = false;
  assert.deepEqual(await refusalOf(world, key), [504, "plane_timeout"]);
  assert(!world.lines.join("").includes("plane.internal"));
});

Deno.test("a long answer is passed on as it comes: the caller has its beginning before Plane has sent its end", async () => {
  const megabyte = new Uint8Array(1_048_576).fill(32);
  for (const type of ["application/json", "application/octet-stream"]) {
    const end = Promise.withResolvers<void>();
    const { world, key } = await hostilePlane(() => {
      const body = new ReadableStream<Uint8Array>({
        async start(controller) {
          controller.enqueue(megabyte);
          await end.promise;
          controller.enqueue(new TextEncoder().encode("[]"));
          controller.close();
        },
      });
      return new Response(body, { headers: { "content-type": type } });
    });
    await using _ = world;
    const beginning = (async () => {
      const answer = await world.call(PROJECTS, { key });
      const reader = answer.body?.getReader();
      return { reader, first: await reader?.read() };
    })();
    const { reader, first } = await orFail(beginning, "the beginning").finally(() => end.resolve());
    assert((first?.value?.length ?? 0) > 0);
    let size = first?.value?.length ?? 0;
    for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) {
      size += read.value.length;
    }
    assert.equal(size, megabyte.length + 2);
  }
});

Deno.test("without Plane's address calls are refused, and clients can still be managed", async () => {
  await using world = await createProxyWorld({ environment: { PLANE_API_URL: "" } });
  const key = await world.key("caller");
  assert.deepEqual(await refusalOf(world, key), [503, "plane_not_configured"]);
});
