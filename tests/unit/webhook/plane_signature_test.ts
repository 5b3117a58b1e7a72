import assert from "node:assert/strict";
import { verifyPlaneSignature } from "../../../shared/webhook/plane_signature.ts";

const SECRET = "plane_wh_394cc161d450419da4ae1937d8b1eecb";
const captured: { seq: number; body: string; headers: Record<string, string> }[] =
  (await Deno.readTextFile(new URL("../../fixtures/plane/webhooks.jsonl", import.meta.url)))
    .split("\n").filter(Boolean).map((line) => JSON.parse(line));
const post = captured.find(({ seq }) => seq === 6);
if (post === undefined) throw new Error("the capture is missing");
const bytes = new TextEncoder().encode(post.body);
const signature = post.headers["X-Plane-Signature"] ?? "";

Deno.test("a webhook a real Plane posted verifies with its secret, given alone or among the live ones", () => {
  assert.equal(verifyPlaneSignature(SECRET, bytes, signature), true);
  assert.equal(verifyPlaneSignature(["plane_wh_another", SECRET], bytes, signature), true);
});

Deno.test("another secret, another byte, no signature and no secret are false", () => {
  const changed = bytes.with(bytes.length - 2, 0x20);
  assert.equal(verifyPlaneSignature("plane_wh_another", bytes, signature), false);
  assert.equal(verifyPlaneSignature(SECRET, changed, signature), false);
  assert.equal(verifyPlaneSignature(SECRET, bytes, null), false);
  assert.equal(verifyPlaneSignature(SECRET, bytes, ""), false);
  assert.equal(verifyPlaneSignature("", bytes, signature), false);
  assert.equal(verifyPlaneSignature([], bytes, signature), false);
});

Deno.test("a body that was parsed and written again does not verify", () => {
  const again = new TextEncoder().encode(JSON.stringify(JSON.parse(post.body)));
  assert.equal(verifyPlaneSignature(SECRET, again, signature), false);
});
