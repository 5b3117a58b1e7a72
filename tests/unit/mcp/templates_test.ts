/** The templates in mcp/ are what MCP clients read, name the right addresses, and hold placeholders where secrets go. */
import assert from "node:assert/strict";
import { z } from "zod";
import { findSecrets } from "../../support/secret_shapes.ts";

const FOLDER = new URL("../../../mcp/", import.meta.url);
const placeholder = z.string().regex(/^<[a-z]+(-[a-z]+)*>$/);
const HOSTED = "https://mcp.plane.so";

const server = (shape: z.ZodType) => z.strictObject({ mcpServers: z.strictObject({ plane: shape }) });
const stdio = (baseUrl: z.ZodType) =>
  server(z.strictObject({
    command: z.literal("uvx"),
    args: z.tuple([z.literal("plane-mcp-server"), z.literal("stdio")]),
    env: z.strictObject({
      PLANE_API_KEY: placeholder,
      PLANE_WORKSPACE_SLUG: placeholder,
      PLANE_BASE_URL: baseUrl,
    }),
  }));

/** One template per transport, and the one through plane-proxy. */
const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  "remote-oauth.json": server(z.strictObject({
    type: z.literal("http"),
    // No header: a credential here would keep the client from asking the user.
    url: z.literal(`${HOSTED}/http/mcp`),
  })),
  "remote-api-key.json": server(z.strictObject({
    type: z.literal("http"),
    url: z.literal(`${HOSTED}/http/api-key/mcp`),
    headers: z.strictObject({
      Authorization: z.string().regex(/^Bearer <[a-z-]+>$/),
      "X-Workspace-slug": placeholder,
    }),
  })),
  "local-stdio.json": stdio(z.literal("https://<plane-host>")),
  // Without /api/v1: the server adds it.
  "local-stdio-through-plane-proxy.json": stdio(
    z.literal("https://<project-ref>.supabase.co/functions/v1/plane-proxy"),
  ),
};

async function templates(): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(FOLDER)) if (name.endsWith(".json")) names.push(name);
  return names.sort();
}

Deno.test("each template has its schema and follows it", async () => {
  assert.deepEqual(await templates(), Object.keys(SCHEMAS).sort());
  for (const [name, schema] of Object.entries(SCHEMAS)) {
    const { error } = schema.safeParse(JSON.parse(await Deno.readTextFile(new URL(name, FOLDER))));
    assert.equal(error, undefined, `${name}: ${error?.message}`);
  }
});

Deno.test("a template with a key in it would be refused", async () => {
  const text = await Deno.readTextFile(new URL("local-stdio.json", FOLDER));
  const filled = text.replace("<plane-api-key>", `plane_api_${"0123456789abcdef".repeat(2)}`);
  assert.equal(SCHEMAS["local-stdio.json"]?.safeParse(JSON.parse(filled)).success, false);
  assert.equal(findSecrets(filled).length, 1);
});

Deno.test("nothing in mcp/ looks like a secret", async () => {
  for await (const { name } of Deno.readDir(FOLDER)) {
    assert.deepEqual(findSecrets(await Deno.readTextFile(new URL(name, FOLDER))), [], name);
  }
});

Deno.test("the README names every template and every placeholder", async () => {
  const readme = await Deno.readTextFile(new URL("README.md", FOLDER));
  for (const name of await templates()) {
    assert(readme.includes(`(${name})`), `${name} is not linked`);
    const text = await Deno.readTextFile(new URL(name, FOLDER));
    for (const [found] of text.matchAll(/<[a-z-]+>/g)) {
      assert(readme.includes(`\`${found}\``), `${found} is not explained`);
    }
  }
});
