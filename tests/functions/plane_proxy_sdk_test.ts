import assert from "node:assert/strict";
import { makeTemporaryFolder } from "../../dev/temporary.ts";
import { startSandboxPlane } from "../../dev/sandbox/plane/server.ts";
import { createProxyWorld } from "../support/proxy_world.ts";

const FILES = new URL("../support/plane_sdk/", import.meta.url);

Deno.test("Plane's official Node SDK does the same through plane-proxy as against Plane: only base URL and key differ", async () => {
  const folder = await makeTemporaryFolder("sdk");
  try {
    for (const name of ["package.json", "story.mjs"]) {
      await Deno.copyFile(new URL(name, FILES), `${folder.path}/${name}`);
    }
    await using world = await createProxyWorld();
    const direct = await startSandboxPlane();
    try {
      const expected = await tell(folder.path, direct.url, direct.apiKeys.service);
      const actual = await tell(folder.path, world.url, await world.key("sdk"));
      assert.deepEqual(comparable(actual), comparable(expected));
      assert.equal(world.plane.requests.filter(({ path }) => path.includes("per_page=2")).length, 2);
    } finally {
      await direct.close();
    }
  } finally {
    await folder.remove();
  }
});

/** Runs the story in a process of its own: the SDK is CommonJS with dependencies of its own. */
async function tell(folder: string, baseUrl: string, key: string): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--node-modules-dir=none", `${folder}/story.mjs`, baseUrl, key, "acme"],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  assert.equal(code, 0, text.decode(stderr));
  return JSON.parse(text.decode(stdout));
}

/** Ids and times differ from run to run; the same id always becomes the same number. */
function comparable(told: unknown): unknown {
  const seen = new Map<string, string>();
  const text = JSON.stringify(told)
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, (id) => {
      if (!seen.has(id)) seen.set(id, `id-${seen.size + 1}`);
      return seen.get(id) ?? "";
    })
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)/g, "a time");
  return JSON.parse(text);
}
