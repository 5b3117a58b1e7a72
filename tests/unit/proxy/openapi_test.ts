import assert from "node:assert/strict";
import { OPENAPI_FILE, openApiDocs } from "../../../dev/openapi_docs.ts";
import { openApiDocument } from "../../../shared/proxy/openapi.ts";

Deno.test("docs/openapi.json is what the schemas say (deno run -A dev/openapi_docs.ts writes it)", async () => {
  assert.equal(await Deno.readTextFile(OPENAPI_FILE), openApiDocs());
});

Deno.test("every reference of the document leads somewhere, and every operation has a name of its own", () => {
  const text = JSON.stringify(openApiDocument());
  const { schemas } = JSON.parse(text).components;
  for (const [, name = ""] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
    assert(name in schemas, name);
  }
  assert(!text.includes("$defs"));
  const names = [...text.matchAll(/"operationId":"(\w+)"/g)].map(([, name]) => name);
  assert(names.length > 20);
  assert.equal(new Set(names).size, names.length);
});
