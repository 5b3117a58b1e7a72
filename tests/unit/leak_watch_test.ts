import assert from "node:assert/strict";
import { createLeakWatch } from "../support/leak_watch.ts";

const SECRET = "plane_api_0f1e2d3c4b5a69788796a5b4c3d2e1f0";

function findingsIn(text: string): readonly string[] {
  const watch = createLeakWatch();
  watch.keep("the key", SECRET);
  watch.search("a line", text);
  return watch.findings;
}

Deno.test("a secret is found whole, cut, and encoded in the usual ways", () => {
  assert.deepEqual(findingsIn(`{"message":"refused for ${SECRET}"}`), [
    "a line: the key, first half",
    "a line: the key, percent-encoded",
    "a line: the key, second half",
  ]);
  assert.deepEqual(findingsIn(SECRET.slice(0, 30)), ["a line: the key, first half"]);
  assert.deepEqual(findingsIn(SECRET.toUpperCase().slice(12)), ["a line: the key, second half"]);
  for (const before of ["", "x", "xy", "client-id:"]) {
    const found = findingsIn(`Basic ${btoa(`${before}${SECRET}@more`)}`);
    assert.equal(found.length, 1, `${before}: ${found}`);
  }
  const hex = [...new TextEncoder().encode(SECRET)].map((byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
  assert.deepEqual(findingsIn(`\\x${hex}`), ["a line: the key, hex"]);
});

Deno.test("what is not the secret is not found, and a finding does not repeat it", () => {
  assert.deepEqual(findingsIn(`plane_api_ ${SECRET.slice(-4)} ${SECRET.slice(0, 14)}`), []);
  assert(!findingsIn(SECRET).join().includes(SECRET.slice(10, 20)));
});

Deno.test("a secret too short to be told from chance is refused", () => {
  assert.throws(() => createLeakWatch().keep("short", "admin"), /too short/);
});
