import assert from "node:assert/strict";
import fc from "fast-check";
import { assertSameList, compareLists, forbiddenPaths } from "../../../dev/deploy/file_list.ts";

Deno.test("two lists with the same paths in another order do not differ", () => {
  assert.deepEqual(compareLists(["b.ts", "a.ts"], ["a.ts", "b.ts"]), { missing: [], unexpected: [] });
  assertSameList("the upload", ["a.ts", "b.ts"], "the graph", ["b.ts", "a.ts"]);
});

Deno.test("what is missing and what is too much are told apart, each sorted", () => {
  assert.deepEqual(compareLists(["a.ts", "d.ts", "c.ts"], ["a.ts", "z.ts", "b.ts"]), {
    missing: ["c.ts", "d.ts"],
    unexpected: ["b.ts", "z.ts"],
  });
});

Deno.test("the error names both lists and every difference", () => {
  assert.throws(() => assertSameList("the upload", ["a.ts", ".env"], "the graph", ["a.ts", "b.ts"]), {
    message: "the upload differs from the graph\n  missing:    b.ts\n  unexpected: .env",
  });
});

Deno.test("any path taken out of one list is reported as missing, and nothing else", () => {
  const paths = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1 });
  fc.assert(fc.property(paths, fc.nat(), (all, index) => {
    const lost = all[index % all.length];
    const difference = compareLists(all, all.filter((path) => path !== lost));
    assert.deepEqual(difference, { missing: [lost], unexpected: [] });
  }));
});

Deno.test("code, JSON and WebAssembly may leave", () => {
  const paths = [
    "deno.json",
    "shared/errors.ts",
    "shared/webhook/latest.ts",
    "supabase/functions/plane-sync/index.ts",
    "shared/data/codes.json",
    "shared/crypto/hash.wasm",
  ];
  assert.deepEqual(forbiddenPaths(paths), []);
});

const staying = [
  ".env",
  "shared/.env",
  "supabase/.env.production",
  "shared/.hidden/answer.ts",
  "shared/webhook/verify_test.ts",
  "shared/webhook/verify.test.ts",
  "shared/webhook/verify.spec.ts",
  "shared/webhook/fixtures/one.json",
  "supabase/functions/tests/plane-sync.ts",
  "tests/support/database.ts",
  "dev/migrate.ts",
  "bench/main.ts",
  "docs/example.ts",
  "README.md",
  "deno.lock",
  "shared/page.html",
  "node_modules/zod/index.js",
];
for (const path of staying) {
  Deno.test(`${path} must not leave`, () => {
    assert.deepEqual(forbiddenPaths(["deno.json", path]), [path]);
  });
}
