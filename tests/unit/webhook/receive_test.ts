/** From a request to what is stored: in which order things are refused, and that nothing is read, parsed or stored too soon. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { type ErrorCode, SuiteError } from "../../../shared/errors.ts";
import type { Delivery } from "../../../shared/delivery.ts";
import { receiveWebhook } from "../../../shared/webhook/receive.ts";
import { capturedPost } from "../../support/captured_posts.ts";

const SECRET = "plane_wh_394cc161d450419da4ae1937d8b1eecb";
const MAX = 1_000;
const encode = (text: string) => new TextEncoder().encode(text);

interface Sent {
  body?: BodyInit | null;
  /** The bytes the signature is made over; the body's own by default. */
  signed?: Uint8Array | string;
  headers?: Record<string, string | undefined>;
  source?: "plane" | "odoo";
  secrets?: readonly string[];
  maxBytes?: number;
}

/** Sends one request and says what came of it. */
async function send(sent: Sent) {
  const { source = "plane", body = "{}" } = sent;
  const signed = sent.signed ?? (typeof body === "string" ? body : "");
  const headers = new Headers({ "content-type": "application/json" });
  headers.set(`x-${source}-signature`, createHmac("sha256", SECRET).update(signed).digest("hex"));
  for (const [name, value] of Object.entries(sent.headers ?? {})) {
    if (value === undefined) headers.delete(name);
    else headers.set(name, value);
  }
  const request = new Request("http://function/plane-sync", { method: "POST", body, headers });
  const stored: { delivery: Delivery; body: string }[] = [];
  const received = await receiveWebhook(request, source, {
    secrets: () => sent.secrets ?? [SECRET],
    maxBodyBytes: sent.maxBytes ?? MAX,
    store: (delivery, text) => {
      stored.push({ delivery, body: text });
      return Promise.resolve({ duplicate: false, targetId: "17" });
    },
    now: () => Date.UTC(2026, 10, 21),
    randomId: () => "once",
  }).catch((thrown) => thrown);
  return { received, stored };
}

async function isRefused(code: ErrorCode, sent: Sent): Promise<void> {
  const { received, stored } = await send(sent);
  assert.ok(received instanceof SuiteError, `${code} expected`);
  assert.equal(received.code, code);
  assert.deepEqual(stored, []);
}

/** A body that comes in pieces without a length; counts how many were asked for. */
function pieces(piece: Uint8Array, count: number) {
  const given = { count: 0, cancelled: false };
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (given.count === count) return controller.close();
      given.count += 1;
      controller.enqueue(piece);
    },
    cancel: () => {
      given.cancelled = true;
    },
  }, { highWaterMark: 0 });
  return { stream, given };
}

Deno.test("a verified delivery is stored with its body as it came", async () => {
  const [post] = capturedPost(13);
  assert.ok(post !== undefined);
  const headers = { "x-plane-delivery": post.deliveryId, "x-plane-signature": post.signature };
  const { received, stored } = await send({ body: post.text, headers, maxBytes: 10_000 });
  assert.deepEqual(stored.map(({ body }) => body), [post.text]);
  assert.equal(stored[0]?.delivery.deliveryId, post.deliveryId);
  assert.deepEqual(received, { duplicate: false, targetId: "17", delivery: stored[0]?.delivery });
});

Deno.test("a signature that is missing, of another body or of another secret is refused", async () => {
  await isRefused("signature_missing", { headers: { "x-plane-signature": undefined } });
  await isRefused("signature_missing", { headers: { "x-plane-signature": "" } });
  await isRefused("signature_invalid", { signed: "{ }" });
  await isRefused("signature_invalid", { secrets: ["another"] });
});

Deno.test("each source has its own header: the other's signature does not count", async () => {
  const signature = createHmac("sha256", SECRET).update("{}").digest("hex");
  await isRefused("signature_missing", {
    source: "odoo",
    headers: { "x-odoo-signature": undefined, "x-plane-signature": signature },
  });
});

Deno.test("without a configured secret everything is refused, the signature of an empty secret too", async () => {
  const signature = createHmac("sha256", "").update("{}").digest("hex");
  await isRefused("secret_not_configured", { secrets: [] });
  await isRefused("signature_invalid", { secrets: [""], headers: { "x-plane-signature": signature } });
});

Deno.test("a body that is not JSON is only looked at once its signature is verified", async () => {
  await isRefused("signature_invalid", { body: "not JSON", signed: "else" });
  await isRefused("body_not_json", { body: "not JSON" });
});

Deno.test("only a JSON object in UTF-8 is a body", async () => {
  const bodies = [
    "",
    " ",
    "[]",
    "null",
    "5",
    '"text"',
    "{",
    "{}{}",
    "{'a':1}",
    "\ufeff{}",
    "\u0000",
    '{"a":"\u0000"}',
  ];
  for (const body of bodies) await isRefused("body_not_json", { body });
  const invalid = [Uint8Array.of(0xff), Uint8Array.of(0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d)];
  for (const body of invalid) await isRefused("body_not_json", { body, signed: body });
  const utf16 = Uint8Array.from([..."{}"].flatMap((char) => [char.charCodeAt(0), 0]));
  await isRefused("body_not_json", { body: utf16, signed: utf16 });
});

Deno.test("characters beyond ASCII and escaped NUL are kept as they came", async () => {
  for (const body of ['{"a":"Prüfung 東京 🚀"}', '{"a":"\\u0000\\ud800"}', ' {"a":1}\r\n']) {
    const { stored } = await send({ body });
    assert.deepEqual(stored.map((each) => each.body), [body]);
  }
});

Deno.test("only application/json is taken, with any parameters", async () => {
  for (
    const type of [
      undefined,
      "text/plain",
      "application/jsonp",
      "text/json",
      "application/x-www-form-urlencoded",
    ]
  ) {
    await isRefused("unsupported_media_type", { headers: { "content-type": type }, body: encode("{}") });
  }
  for (const type of ["application/json", "Application/JSON; charset=utf-8", "application/json ;v=1"]) {
    const { stored } = await send({ headers: { "content-type": type } });
    assert.equal(stored.length, 1, type);
  }
});

Deno.test("a body at the limit is taken, one byte more is not", async () => {
  const body = (length: number) => `{"a":"${"x".repeat(length - 8)}"}`;
  assert.equal((await send({ body: body(MAX) })).stored.length, 1);
  await isRefused("body_too_large", { body: body(MAX + 1) });
});

Deno.test("a declared length over the limit is refused before a byte is read", async () => {
  const { stream, given } = pieces(encode("x"), 10);
  await isRefused("body_too_large", { body: stream, headers: { "content-length": String(MAX + 1) } });
  assert.deepEqual(given, { count: 0, cancelled: true });
});

Deno.test("a body without a length is read no further than the limit", async () => {
  const { stream, given } = pieces(encode("x".repeat(100)), 1_000_000);
  await isRefused("body_too_large", { body: stream });
  assert.deepEqual(given, { count: 11, cancelled: true });
});

Deno.test("a length that understates the body does not lift the limit", async () => {
  const { stream, given } = pieces(encode("x".repeat(100)), 1_000_000);
  await isRefused("body_too_large", { body: stream, headers: { "content-length": "5" } });
  assert.equal(given.count, 11);
});

Deno.test("a body that comes in pieces is verified as a whole", async () => {
  const { stream } = pieces(encode('{"a":1}').slice(0, 7), 1);
  assert.equal((await send({ body: stream, signed: '{"a":1}' })).stored.length, 1);
  const text = `{"a":"${"ü".repeat(100)}"}`;
  const bytes = encode(text);
  const split = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += 7) controller.enqueue(bytes.slice(at, at + 7));
      controller.close();
    },
  });
  const { stored } = await send({ body: split, signed: bytes });
  assert.deepEqual(stored.map(({ body }) => body), [text]);
});

Deno.test("a body whose sender goes away half-way is the request's fault, not ours", async () => {
  const broken = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.error(new TypeError("the connection was reset")),
  });
  await isRefused("bad_request", { body: broken });
});

Deno.test("what is refused for its headers is not read", async () => {
  for (const headers of [{ "content-type": "text/plain" }, { "x-plane-signature": undefined }]) {
    const { stream, given } = pieces(encode("x"), 10);
    await send({ body: stream, headers });
    assert.deepEqual(given, { count: 0, cancelled: true });
  }
});

Deno.test("an Odoo delivery id or time in a header does not count, because headers are not signed", async () => {
  const headers = {
    "x-odoo-delivery": "17",
    "x-odoo-timestamp": "0",
    "x-plane-delivery": crypto.randomUUID(),
  };
  const { stored } = await send({ source: "odoo", body: '{"data":{"id":5}}', headers });
  assert.equal(stored[0]?.delivery.deliveryId, null);
  assert.equal(stored[0]?.delivery.dedupKey, "odoo:once:once");
});

Deno.test("a signed time out of its window is refused and not stored", async () => {
  await isRefused("signature_expired", { source: "odoo", body: '{"timestamp":1,"data":{"id":5}}' });
});
