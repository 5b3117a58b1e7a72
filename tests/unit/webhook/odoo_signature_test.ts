/** The two forms of an Odoo sender's signature, and which of them makes headers count. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import fc from "fast-check";
import { SuiteError } from "../../../shared/errors.ts";
import { normaliseOdoo, TIMESTAMP_WINDOW_MS } from "../../../shared/webhook/normalise_odoo.ts";
import { verifyOdooSignature } from "../../../shared/webhook/odoo_signature.ts";

const SECRET = "odoo_wh_0123456789abcdef0123456789abcdef";
const BODY = '{"model":"project.task","data":{"id":5}}';
const NOW = 1_795_000_000;

const sign = (text: string | Uint8Array) => createHmac("sha256", SECRET).update(text).digest("hex");
const encode = (text: string) => new TextEncoder().encode(text);

function verified(headers: Record<string, string>, body = BODY, secrets: readonly string[] = [SECRET]) {
  return verifyOdooSignature(secrets, encode(body), new Headers(headers));
}

Deno.test("a signature over time, delivery and body makes both headers count", () => {
  const headers = {
    "x-odoo-timestamp": String(NOW),
    "x-odoo-delivery": "outbox-17",
    "x-odoo-signature": sign(`${NOW}.outbox-17.${BODY}`),
  };
  const proof = verified(headers);
  assert.deepEqual(proof, { signed: { deliveryId: "outbox-17", timestamp: NOW } });
  const delivery = normaliseOdoo(JSON.parse(BODY), "once", NOW * 1000, proof?.signed);
  assert.deepEqual([delivery.deliveryId, delivery.dedupKey], ["odoo:outbox-17", "odoo:delivery:outbox-17"]);
  assert.deepEqual(
    verified(headers, BODY, ["another", SECRET]),
    proof,
    "the secret before, while it is rotated",
  );
});

Deno.test("a signature over the body alone stays valid, and headers beside it do not count", () => {
  assert.deepEqual(verified({ "x-odoo-signature": sign(BODY) }), { signed: null });
  const headers = { "x-odoo-timestamp": "1", "x-odoo-delivery": "17", "x-odoo-signature": sign(BODY) };
  assert.deepEqual(verified(headers), { signed: null });
});

Deno.test("a changed time, delivery or body is refused, and so is one header without the other", () => {
  const signature = sign(`${NOW}.17.${BODY}`);
  const right = { "x-odoo-timestamp": String(NOW), "x-odoo-delivery": "17", "x-odoo-signature": signature };
  assert.equal(verified({ ...right, "x-odoo-timestamp": String(NOW + 1) }), null);
  assert.equal(verified({ ...right, "x-odoo-delivery": "18" }), null);
  assert.equal(verified(right, BODY.replace("5", "6")), null);
  assert.equal(verified(right, BODY, ["another"]), null);
  assert.equal(verified({ "x-odoo-timestamp": String(NOW), "x-odoo-signature": signature }), null);
  assert.equal(verified({ "x-odoo-delivery": "17", "x-odoo-signature": signature }), null);
});

Deno.test("a signed time out of the window is refused, however right the signature is", () => {
  const windowS = TIMESTAMP_WINDOW_MS / 1000;
  const at = (timestamp: number) =>
    normaliseOdoo(JSON.parse(BODY), "once", NOW * 1000, { deliveryId: "17", timestamp });
  for (const timestamp of [NOW - windowS, NOW + windowS]) assert.equal(at(timestamp).deliveryId, "odoo:17");
  for (const timestamp of [0, NOW - windowS - 1, NOW + windowS + 1]) {
    assert.throws(
      () => at(timestamp),
      (thrown) => thrown instanceof SuiteError && thrown.code === "signature_expired",
    );
  }
});

Deno.test("no split of a signed text can be read in another way: only the very headers that were signed are valid", () => {
  const id = fc.stringMatching(/^[A-Za-z0-9_.:-]{1,20}$/);
  const time = fc.integer({ min: 0, max: 999_999_999_999 }).map(String);
  const body = fc.jsonValue().map((value) => JSON.stringify({ value }));
  fc.assert(
    fc.property(
      time,
      id,
      body,
      time,
      id,
      body,
      (timestamp, delivery, text, otherTime, otherId, otherText) => {
        const signature = sign(`${timestamp}.${delivery}.${text}`);
        const proof = verified({
          "x-odoo-timestamp": otherTime,
          "x-odoo-delivery": otherId,
          "x-odoo-signature": signature,
        }, otherText);
        const same = timestamp === otherTime && delivery === otherId && text === otherText;
        assert.equal(proof !== null, same);
      },
    ),
  );
});
