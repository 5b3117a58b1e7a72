import assert from "node:assert/strict";
import { parse } from "smol-toml";
import { z } from "zod";
import { functionNames } from "../../dev/deploy/working_copy.ts";

const ROOT = new URL("../..", import.meta.url).pathname;

const Config = z.object({
  project_id: z.string().min(1),
  api: z.object({ schemas: z.array(z.string()) }),
  db: z.object({ major_version: z.literal(17) }),
  functions: z.record(
    z.string(),
    z.strictObject({
      enabled: z.literal(true),
      verify_jwt: z.boolean(),
      import_map: z.literal("../deno.json"),
      entrypoint: z.string(),
    }),
  ),
});
const config = Config.parse(parse(await Deno.readTextFile(`${ROOT}/supabase/config.toml`)));
const imports = z.object({ imports: z.record(z.string(), z.string()), workspace: z.undefined().optional() })
  .parse(JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`))).imports;

Deno.test("every function has a block with an explicit verify_jwt and the shared import map, and no block is left over", async () => {
  assert.deepEqual(Object.keys(config.functions).sort(), await functionNames(ROOT));
});

Deno.test("every block names its own function's entry point", () => {
  for (const [name, { entrypoint }] of Object.entries(config.functions)) {
    assert.equal(entrypoint, `./functions/${name}/index.ts`);
  }
});

Deno.test("the Data API shows the schema plane and not ops", () => {
  assert.deepEqual(config.api.schemas, ["public", "plane"]);
});

Deno.test("every import is an exact release from npm, because the server does not see the lock file", () => {
  for (const [name, target] of Object.entries(imports)) {
    assert.match(target, /^npm:(@[^/@]+\/)?[^/@]+@\d+\.\d+\.\d+[^/^~*]*(\/[^/]+)*$/, name);
  }
});

Deno.test("no import names a folder, because a deployment would upload everything in it", () => {
  assert.deepEqual(Object.keys(imports).filter((name) => name.endsWith("/")), []);
});
