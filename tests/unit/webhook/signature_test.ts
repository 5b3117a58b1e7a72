import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import fc from "fast-check";
import { equalInConstantTime } from "../../../shared/crypto/constant_time.ts";
import { sha256, verifyHmac } from "../../../shared/crypto/hmac.ts";
import { capturedPost, capturedPosts } from "../../support/captured_posts.ts";

const [sample] = capturedPost(6);
if (sample === undefined) throw new Error("the capture is missing");
const { bytes, signature, secret, text } = sample;

Deno.test("every webhook a real Plane posted verifies over its raw bytes", () => {
  const posts = capturedPosts();
  assert.equal(posts.length, 152);
  for (const post of posts) {
    assert.equal(verifyHmac([post.secret], post.bytes, post.signature), true, `seq ${post.seq}`);
  }
});

Deno.test("after a secret was made anew, the old one no longer verifies", () => {
  const [before, after] = capturedPost(142, 145);
  assert.ok(before !== undefined && after !== undefined);
  assert.equal(verifyHmac([before.secret], after.bytes, after.signature), false);
  assert.equal(verifyHmac([after.secret], before.bytes, before.signature), false);
});

Deno.test("while a secret is rotated, either of the two verifies, in any order", () => {
  const other = "plane_wh_00000000000000000000000000000000";
  assert.equal(verifyHmac([other, secret], bytes, signature), true);
  assert.equal(verifyHmac([secret, other], bytes, signature), true);
  assert.equal(verifyHmac([other, other], bytes, signature), false);
});

Deno.test("the key is the whole secret, prefix included", () => {
  assert.equal(verifyHmac([secret.replace("plane_wh_", "")], bytes, signature), false);
});

Deno.test("a body that was parsed and written again does not verify", () => {
  const again = [JSON.stringify(JSON.parse(text)), JSON.stringify(JSON.parse(text), null, 1), `${text}\n`];
  for (const body of again) {
    assert.equal(verifyHmac([secret], new TextEncoder().encode(body), signature), false);
  }
});

Deno.test("one flipped bit in the body or the signature does not verify", () => {
  const bit = fc.record({ at: fc.nat(), bit: fc.integer({ min: 0, max: 7 }) });
  fc.assert(fc.property(bit, ({ at, bit }) => {
    const changed = Uint8Array.from(bytes);
    changed[at % changed.length] = (changed[at % changed.length] ?? 0) ^ (1 << bit);
    assert.equal(verifyHmac([secret], changed, signature), false);
  }));
  for (let digit = 0; digit < 64; digit++) {
    for (const bit of [1, 2, 4, 8]) {
      const flipped = (parseInt(signature[digit] ?? "", 16) ^ bit).toString(16);
      const changed = signature.slice(0, digit) + flipped + signature.slice(digit + 1);
      assert.equal(verifyHmac([secret], bytes, changed), false);
    }
  }
});

Deno.test("only 64 lower-case hex digits are a signature", () => {
  const wrong = [
    null,
    "",
    signature.slice(0, 63),
    signature.slice(0, 62),
    signature.slice(0, 32),
    `${signature}0`,
    `${signature}00`,
    signature + signature,
    signature.toUpperCase(),
    `sha256=${signature}`,
    `0x${signature.slice(2)}`,
    ` ${signature}`,
    `${signature}\n`,
    `${signature}, ${signature}`,
    `${signature.slice(0, 62)}zz`,
    "0".repeat(64),
    btoa(String.fromCharCode(...signature.match(/../g)?.map((pair) => parseInt(pair, 16)) ?? [])),
  ];
  for (const given of wrong) assert.equal(verifyHmac([secret], bytes, given), false, String(given));
});

Deno.test("without a secret, or with an empty one, nothing verifies", () => {
  const signedWithNothing = createHmac("sha256", "").update(bytes).digest("hex");
  assert.equal(verifyHmac([], bytes, signature), false);
  assert.equal(verifyHmac([""], bytes, signedWithNothing), false);
  assert.equal(verifyHmac(["", ""], bytes, signedWithNothing), false);
  assert.equal(verifyHmac(["", secret], bytes, signature), true);
});

Deno.test("what somebody signs verifies with that secret and no other", () => {
  const body = fc.uint8Array({ maxLength: 300 });
  const key = fc.string({ minLength: 1, maxLength: 80, unit: "grapheme-ascii" });
  fc.assert(fc.property(body, key, key, (payload, right, wrong) => {
    const signed = createHmac("sha256", right).update(payload).digest("hex");
    assert.equal(verifyHmac([right], payload, signed), true);
    assert.equal(verifyHmac([wrong], payload, signed), right === wrong);
  }));
});

Deno.test("SHA-256 is the published one, of bytes and of text as UTF-8", () => {
  const expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  assert.equal(sha256("abc"), expected);
  assert.equal(sha256(new TextEncoder().encode("abc")), expected);
  assert.equal(sha256("ü"), sha256(Uint8Array.of(0xc3, 0xbc)));
});

Deno.test("texts are equal in constant time exactly when they are equal", () => {
  fc.assert(fc.property(fc.string(), fc.string(), (left, right) => {
    assert.equal(equalInConstantTime(left, right), left === right);
    assert.equal(equalInConstantTime(left, left), true);
    assert.equal(equalInConstantTime(left, `${left}\0`), false);
  }));
});
