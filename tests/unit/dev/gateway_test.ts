import assert from "node:assert/strict";
import { type Gateway, startGateway } from "../../../dev/gateway.ts";
import { isRunning } from "../../../dev/is_running.ts";
import { eventually } from "../../support/eventually.ts";

const ECHO = `
  const greeting = Deno.env.get("GREETING");
  export default { fetch: async (request) => Response.json({
    greeting, names: Object.keys(Deno.env.toObject()), method: request.method, url: request.url,
    header: request.headers.get("x-sent"), length: request.headers.get("content-length"), body: await request.text(),
  }, { status: 201, headers: { "x-answered": "yes" } }) };`;

/** Asks the test's server (see \`held\`) before and after, so that the test decides when each step happens. */
const BACKGROUND = `
  addEventListener("beforeunload", () => void fetch(Deno.env.get("HELD") + "/unloading"));
  export default { fetch: () => {
    EdgeRuntime.waitUntil(fetch(Deno.env.get("HELD") + "/begun").then(() => fetch(Deno.env.get("HELD") + "/ended")));
    EdgeRuntime.waitUntil(Promise.reject(new Error("the other work fails")));
    return new Response("accepted");
  } };`;

const STREAM = `
  export default { fetch: () => new Response(new ReadableStream({ async start(controller) {
    controller.enqueue(new TextEncoder().encode("first "));
    await fetch(Deno.env.get("HELD") + "/second");
    controller.enqueue(new TextEncoder().encode("second"));
    controller.close();
  } })) };`;

const CRASH =
  `export default { fetch: async () => { setTimeout(() => { throw new Error("crash"); }); await new Promise(() => {}); } };`;

interface Setting {
  readonly gateway: Gateway;
  readonly log: string[];
  call(path: string, init?: RequestInit): Promise<Response>;
}

async function withGateway(
  functions: Record<string, string>,
  env: Record<string, string>,
  work: (setting: Setting) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, source] of Object.entries(functions)) {
      await Deno.mkdir(`${folder}/${name}`);
      await Deno.writeTextFile(`${folder}/${name}/index.ts`, source);
    }
    const log: string[] = [];
    await using gateway = startGateway({ env, folder, log: (name, line) => log.push(`${name}: ${line}`) });
    await work({ gateway, log, call: (path, init) => fetch(gateway.url + path, init) });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A server whose answer to each path waits until the test lets it go. */
function held() {
  const answers = new Map<string, PromiseWithResolvers<void>>();
  const calls = new Map<string, PromiseWithResolvers<void>>();
  const entry = (map: typeof answers, path: string) => {
    const known = map.get(path) ?? Promise.withResolvers<void>();
    map.set(path, known);
    return known;
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url);
    entry(calls, pathname).resolve();
    await entry(answers, pathname).promise;
    return new Response();
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    called: (path: string) => entry(calls, path).promise,
    answer: (path: string) => entry(answers, path).resolve(),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test("a function sees its own path, the request as it was sent, and only the environment it was given", async () => {
  await withGateway({ echo: ECHO }, { GREETING: "hello" }, async ({ call }) => {
    const init = { method: "PUT", body: "content", headers: { "x-sent": "this" } };
    const response = await call("/functions/v1/echo/a/b?c=d", init);
    assert.equal(response.status, 201);
    assert.equal(response.headers.get("x-answered"), "yes");
    const { url, names, ...seen } = await response.json();
    assert.deepEqual(seen, {
      greeting: "hello",
      method: "PUT",
      header: "this",
      length: "7",
      body: "content",
    });
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/echo\/a\/b\?c=d$/);
    const forDeno =
      /^(HOME|PATH|TMPDIR|XDG_CACHE_HOME|DENO_(DIR|CERT|TLS_CA_STORE)|SSL_CERT_(FILE|DIR)|NODE_EXTRA_CA_CERTS)$/;
    assert.deepEqual(names.filter((name: string) => !forDeno.test(name)), ["GREETING"]);
    const bare = await call("/functions/v1/echo");
    assert.match((await bare.json()).url, /\/echo$/);
  });
});

Deno.test("what is not a function is answered 404 as JSON", async () => {
  await withGateway({ echo: ECHO }, {}, async ({ call }) => {
    const unknown = await call("/functions/v1/unknown", { method: "POST", body: "x" });
    assert.equal(unknown.status, 404);
    assert.deepEqual(await unknown.json(), {
      code: "NOT_FOUND",
      message: "Requested function was not found",
    });
    for (const path of ["/", "/echo", "/functions/v1/", "/functions/v1/%2e%2e", "/functions/v1/../v1"]) {
      const response = await call(path);
      assert.equal(response.status, 404, path);
      assert.equal(typeof (await response.json()).message, "string");
    }
  });
});

Deno.test("an answer is passed on while the function still writes it", async () => {
  await using server = held();
  await withGateway({ stream: STREAM }, { HELD: server.url }, async ({ call }) => {
    const reader = (await call("/functions/v1/stream")).body?.pipeThrough(new TextDecoderStream())
      .getReader();
    assert.deepEqual(await reader?.read(), { done: false, value: "first " });
    server.answer("/second");
    assert.deepEqual(await reader?.read(), { done: false, value: "second" });
    assert.equal((await reader?.read())?.done, true);
  });
});

Deno.test("a restart waits for the background work, and other work that failed does no harm", async () => {
  await using server = held();
  await withGateway({ background: BACKGROUND }, { HELD: server.url }, async ({ gateway, log, call }) => {
    assert.equal(await (await call("/functions/v1/background")).text(), "accepted");
    const pid = gateway.pid("background");
    await server.called("/begun");
    const order: string[] = [];
    const restarted = gateway.restart("background").then(() => order.push("restarted"));
    // The function learns of its end before the work may go on, so an end that does not wait cuts it off.
    await Promise.race([server.called("/unloading"), restarted]);
    server.answer("/unloading");
    server.answer("/begun");
    await Promise.race([server.called("/ended"), restarted]);
    order.push("ended");
    server.answer("/ended");
    await restarted;
    assert.deepEqual(order, ["ended", "restarted"]);
    assert.notEqual(gateway.pid("background"), pid);
    assert.ok(log.some((line) => line.includes("the other work fails")));
  });
});

Deno.test("a killed function starts again with the next request", async () => {
  await withGateway({ echo: ECHO }, {}, async ({ gateway, call }) => {
    assert.equal(gateway.pid("echo"), undefined);
    await (await call("/functions/v1/echo")).body?.cancel();
    const first = gateway.pid("echo");
    assert.ok(first !== undefined && isRunning(first));
    await gateway.kill("echo");
    assert.equal(gateway.pid("echo"), undefined);
    assert.equal(isRunning(first), false);
    assert.equal((await (await call("/functions/v1/echo")).json()).method, "GET");
    assert.notEqual(gateway.pid("echo"), first);
  });
});

Deno.test("a crash answers the request 500, a function that cannot start 503, and the log says why", async () => {
  const functions = {
    crash: CRASH,
    broken: `throw new Error("no configuration");`,
    empty: "export const a = 1;",
  };
  await withGateway(functions, {}, async ({ log, call }) => {
    for (
      const [name, status, code] of [["crash", 500, "WORKER_ERROR"], ["broken", 503, "BOOT_ERROR"], [
        "empty",
        503,
        "BOOT_ERROR",
      ]]
    ) {
      const response = await call(`/functions/v1/${name}`);
      assert.equal(response.status, status);
      assert.equal((await response.json()).code, code);
    }
    for (
      const words of ["Error: crash", "no configuration", "no default export with a fetch function"]
    ) {
      await eventually(words, () => log.some((line) => line.includes(words)));
    }
  });
});

Deno.test("closing ends every function", async () => {
  let pid: number | undefined;
  await withGateway({ echo: ECHO }, {}, async ({ gateway, call }) => {
    await (await call("/functions/v1/echo")).body?.cancel();
    pid = gateway.pid("echo");
  });
  assert.ok(pid !== undefined);
  assert.equal(isRunning(pid), false);
});
