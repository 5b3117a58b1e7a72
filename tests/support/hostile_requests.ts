/** Requests nobody should send: arbitraries of bodies, headers and queries for plane-sync. */
import { createHmac } from "node:crypto";
import fc from "fast-check";
import { KEYS } from "./plane_sync.ts";

const UUID = "82bf3b73-f607-4d0b-9950-ccae760eb5cb";

const wildText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ unit: "grapheme", maxLength: 300 }),
  fc.constantFrom(
    "",
    "None",
    "null",
    "\u0000",
    `${UUID}\u0000`,
    "\ud800",
    "\udfff\ud800",
    "\ufeff",
    "\u202e",
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "hasOwnProperty",
    "' or 1=1 --",
    "$1",
    "{}",
    "\\",
    "../../etc",
    "x".repeat(3_000),
  ),
);

const wildNumber = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(-0, 1e308, 5e-324, 2 ** 53, -(2 ** 63), Number.MAX_VALUE, 1_763_692_597),
);

const stamp = fc.oneof(
  wildText,
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.constantFrom(
    "2026-02-31T00:00:00Z",
    "2026-02-29T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "0099-01-01T00:00:00Z",
    "0100-01-01T00:00:00+15:59",
    "9999-12-31T23:59:59.999999-15:59",
    "2026-11-21T24:00:00Z",
    "2026-11-21T23:59:60Z",
    "2026-11-21T00:00:00+99:99",
    "2026-11-21T00:00:00.1234567Z",
    "+275760-09-13T00:00:00Z",
    "infinity",
    "-infinity",
    "now",
    "epoch",
  ),
);

const id = fc.oneof(
  fc.uuid(),
  fc.uuid().map((text) => text.toUpperCase()),
  wildText,
  wildNumber,
  fc.constantFrom(null, true, [], {}, [UUID], { id: UUID }),
);

const eventName = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("issue", "project", "cycle", "module", "issue_comment") },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "issue.updated",
      "workitem.deleted",
      "workitem.comment.created",
      "project.created",
      "WebhookScope.ScopeChoices.WORK_ITEM_UPDATED",
      "WebhookScope.ScopeChoices._",
      "__proto__",
      "constructor.updated",
      "issue.__proto__",
      "...",
      ".".repeat(1_000),
    ),
  },
  { weight: 1, arbitrary: wildText },
  { weight: 1, arbitrary: fc.jsonValue() },
);

const action = fc.oneof(
  fc.constantFrom("created", "updated", "deleted", "archived", "write", "unlink", "create", "constructor"),
  wildText,
  fc.jsonValue(),
);

const anything = fc.jsonValue({ maxDepth: 4, stringUnit: "binary" });
const record = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ id, updated_at: stamp, project: id, name: anything }, { requiredKeys: [] }),
  },
  { weight: 1, arbitrary: anything },
);

/** Both sides' envelopes with any part missing or replaced by something else. */
const envelope = fc.record({
  event: eventName,
  type: eventName,
  action,
  version: fc.constantFrom("v1", "v2", "v3", 2),
  webhook_id: id,
  event_id: id,
  entity_id: id,
  issue_id: id,
  delivery_id: id,
  data: record,
  previous_attributes: record,
  updated_at: stamp,
  model: fc.oneof(fc.constantFrom("project.task", "sale.order"), wildText, anything),
  _model: fc.oneof(fc.constantFrom("project.task"), anything),
  _id: id,
  method: action,
  timestamp: fc.oneof(stamp, wildNumber, anything),
}, { requiredKeys: [] });

/** JSON that JSON.stringify would not write. */
const oddJson = fc.constantFrom(
  `{"event":"issue","action":"updated","data":{"id":"${UUID}","updated_at":"2026-11-21T00:00:00Z","n":1e999}}`,
  `{"event":"issue","action":"updated","data":{"id":"${UUID}","id":5,"event":1}}`,
  `{"__proto__":{"event":"issue","action":"updated"},"constructor":{"prototype":1},"data":{"id":"${UUID}"}}`,
  `{"event":"issue","action":"updated","data":{"id":"${UUID}","updated_at":"2026-11-21T00:00:00Z","__proto__":{"id":1}}}`,
  `{"data":${"[".repeat(20_000)}${"]".repeat(20_000)}}`,
  `{"event":"issue","action":"updated","data":{"updated_at":"2026-11-21T00:00:00Z","id":"${UUID}","d":${
    '{"a":'.repeat(15_000)
  }1${"}".repeat(15_000)}}}`,
  `{"data":{"id":${"9".repeat(400)}},"timestamp":${"9".repeat(400)}}`,
  `{"data":{"id":"${UUID}"},"event":"\\u0000issue","action":"\\ud83d"}`,
  `{"event":"issue","x":"${"x".repeat(200_000)}"}`,
  "{}",
);

const bodies: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 6, arbitrary: envelope.map(bytesOf) },
  { weight: 2, arbitrary: anything.map(bytesOf) },
  { weight: 1, arbitrary: oddJson.map(encode) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
  {
    weight: 1,
    arbitrary: fc.tuple(envelope, fc.nat(), fc.nat({ max: 255 })).map(([value, at, byte]) => {
      const bytes = bytesOf(value);
      bytes[at % bytes.length] = byte;
      return bytes;
    }),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(envelope, fc.nat()).map(([value, at]) => {
      const bytes = bytesOf(value);
      return bytes.slice(0, at % bytes.length);
    }),
  },
);

/** Text a header can hold. */
const headerText = fc.oneof(
  fc.string({
    unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
    maxLength: 100,
  }),
  fc.constantFrom("", "null", "Bearer", "Bearer x", UUID, "0", "-1", "1e999", "application/json"),
).filter((text) => !text.includes("\x7f"));

export interface HostileRequest {
  source: "plane" | "odoo";
  query: string;
  method: string;
  headers: Record<string, string>;
  body: Uint8Array;
  /** Whether the signature is the right one over exactly these bytes. */
  signed: boolean;
}

type Signing = "right" | "other source" | "old" | "upper" | "short" | "prefixed" | "random" | "none";

const signing = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Signing>("right") },
  {
    weight: 4,
    arbitrary: fc.constantFrom<Signing>(
      "other source",
      "old",
      "upper",
      "short",
      "prefixed",
      "random",
      "none",
    ),
  },
);

const oddHeaders = fc.record({
  "x-plane-delivery": headerText,
  "x-plane-event": headerText,
  authorization: headerText,
  apikey: headerText,
  "content-encoding": headerText,
  "x-forwarded-for": headerText,
}, { requiredKeys: [] });

/** Posts to a webhook, rightly and wrongly signed. */
export const webhooks: fc.Arbitrary<HostileRequest> = fc.record({
  source: fc.constantFrom<"plane" | "odoo">("plane", "odoo"),
  body: bodies,
  how: signing,
  random: headerText,
  headers: oddHeaders,
  type: fc.oneof(
    { weight: 9, arbitrary: fc.constant("application/json") },
    { weight: 1, arbitrary: headerText },
  ),
}).map(({ source, body, how, random, headers, type }) => {
  const signature = signatureBy(how, source, body, random);
  return {
    source,
    query: `?source=${source}`,
    method: "POST",
    headers: {
      ...headers,
      "content-type": type,
      ...(signature === null ? {} : { [`x-${source}-signature`]: signature }),
    },
    body,
    signed: how === "right" || (how === "old" && source === "plane"),
  };
});

/** Anything at any route, never with a valid key or signature. */
export const strangers: fc.Arbitrary<HostileRequest> = fc.record({
  query: fc.oneof(
    fc.constantFrom("?action=status", "?action=sync", "?action=replay", "?action=drain", "?source=plane", ""),
    fc.webQueryParameters().map((text) => `?${text}`),
    wildText.map((text) => `?action=${encodeURIComponent(text.toWellFormed())}`),
    fc.constantFrom(
      "?action=%00",
      "?source=%E0%A4%A",
      "?action=status&action=drain",
      "?source=plane&source=odoo",
    ),
  ),
  method: fc.constantFrom("GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "HEAD"),
  body: bodies,
  headers: oddHeaders,
}).map((request) => ({ ...request, source: "plane" as const, signed: false }));

function signatureBy(
  how: Signing,
  source: "plane" | "odoo",
  body: Uint8Array,
  random: string,
): string | null {
  const right = source === "plane" ? KEYS.planeSecret : KEYS.odooSecret;
  const other = source === "plane" ? KEYS.odooSecret : KEYS.planeSecret;
  const by = (secret: string) => createHmac("sha256", secret).update(body).digest("hex");
  switch (how) {
    case "right":
      return by(right);
    case "old":
      return by(KEYS.planeSecretPrevious);
    case "other source":
      return by(other);
    case "upper":
      return by(right).replace(/[0-9]/g, "A").toUpperCase();
    case "short":
      return by(right).slice(0, 62);
    case "prefixed":
      return `sha256=${by(right)}`;
    case "random":
      return random;
    case "none":
      return null;
  }
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function bytesOf(value: unknown): Uint8Array {
  return encode(JSON.stringify(value) ?? "null");
}
