import assert from "node:assert/strict";
import fc from "fast-check";
import { assertInWindow, assertSigned, signingSecret, textToSign } from "../../../shared/proxy/signature.ts";
import { createHmac } from "node:crypto";

const EXAMPLE = {
  method: "GET",
  path: "/api/v1/workspaces/acme/projects/",
  query: "per_page=5",
  body: new Uint8Array(),
  timestamp: "1770000000",
  nonce: "AAAAAAAAAAAAAAAA",
};
const sign = (request: typeof EXAMPLE, secret: string) =>
  createHmac("sha256", secret).update(textToSign(request)).digest("hex");
const headers = (request: typeof EXAMPLE, signature: string) => ({ ...request, clientId: "", signature });

Deno.test("the example of docs/proxy.md is right", async () => {
  const page = await Deno.readTextFile(new URL("../../../docs/proxy.md", import.meta.url));
  // In groups of eight there: a whole digest looks as if it were a secret.
  const groups = sign(EXAMPLE, "pps_example").match(/.{8}/g) ?? [];
  assert(page.includes(`\`${groups.join(" ")}\``));
});

Deno.test("two different requests never have the same text, whatever is in them", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "\n", "/", "?", "0"), maxLength: 6 });
  // What a line feed could blur cannot be sent: methods, queries, times and nonces have none, and paths are checked.
  const line = text.map((value) => value.replaceAll("\n", "%0A"));
  const request = fc.record({
    method: line,
    path: line,
    query: line,
    body: text.map((value) => new TextEncoder().encode(value)),
    timestamp: line,
    nonce: line,
  });
  fc.assert(fc.property(request, request, (one, two) => {
    const same =
      JSON.stringify({ ...one, body: [...one.body] }) === JSON.stringify({ ...two, body: [...two.body] });
    assert.equal(textToSign(one) === textToSign(two), same);
  }));
});

Deno.test("any of the good secrets verifies, a foreign one, an empty one and none do not", () => {
  const signature = sign(EXAMPLE, "b");
  assertSigned(["a", "b"], headers(EXAMPLE, signature), EXAMPLE);
  for (const secrets of [["a"], [], [""]]) {
    assert.throws(() => assertSigned(secrets, headers(EXAMPLE, signature), EXAMPLE), {
      code: "signature_invalid",
    });
  }
  assert.throws(() => assertSigned([""], headers(EXAMPLE, sign(EXAMPLE, "")), EXAMPLE), {
    code: "signature_invalid",
  });
});

Deno.test("a client's signing secret differs by function secret, client and version", () => {
  const all = ["one", "two"].flatMap((secret) =>
    ["a", "b"].flatMap((client) => [1, 11].map((version) => signingSecret(secret, client, version)))
  );
  assert.equal(new Set(all).size, 8);
  for (const secret of all) assert.match(secret, /^pps_[A-Za-z0-9_-]{43}$/);
});

Deno.test("a timestamp may be five minutes off and no more", () => {
  const now = 1_770_000_000_000;
  for (const at of ["1769999700", "1770000300"]) assertInWindow(at, now);
  for (const at of ["1769999699", "1770000301", "0"]) {
    assert.throws(() => assertInWindow(at, now), { code: "signature_expired" });
  }
});
