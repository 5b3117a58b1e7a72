import assert from "node:assert/strict";
import fc from "fast-check";
import { open, type Place, seal } from "../../../shared/crypto/envelope.ts";
import { readKeyRing } from "../../../shared/crypto/key_ring.ts";

const key = (byte: string) => btoa(byte.repeat(32));
const ring = await readKeyRing(JSON.stringify({ k2: key("2"), k1: key("1") }));
const older = await readKeyRing(JSON.stringify({ k1: key("1") }));
const place: Place = { table: "plane.oauth_token", column: "access_sealed", rowId: "row-1", version: 3 };
const unreadable = { code: "token_unreadable" };

Deno.test("what was sealed opens at its place, whatever it was", async () => {
  await fc.assert(fc.asyncProperty(fc.string({ unit: "binary" }), async (text) => {
    assert.equal(await open(ring, "k2", await seal(ring, text, place), place), text.toWellFormed());
  }));
});

Deno.test("what was sealed for one table, column, row and version opens at no other", async () => {
  const sealed = await seal(ring, "pln_1", place);
  for (
    const other of [{ table: "plane.x" }, { column: "refresh_sealed" }, { rowId: "row-2" }, { version: 2 }]
  ) {
    await assert.rejects(open(ring, "k2", sealed, { ...place, ...other }), unreadable);
  }
});

Deno.test("one changed bit anywhere is noticed", async () => {
  const sealed = await seal(ring, "pln_1", place);
  for (let index = 0; index < sealed.length; index++) {
    const changed = sealed.map((byte, at) => at === index ? byte ^ 1 : byte);
    await assert.rejects(open(ring, "k2", changed, place), unreadable);
  }
  await assert.rejects(open(ring, "k2", sealed.slice(0, 11), place), unreadable);
  await assert.rejects(open(ring, "k2", new Uint8Array(), place), unreadable);
});

Deno.test("the first key of the ring seals, and each of them opens what it sealed", async () => {
  assert.equal(ring.current, "k2");
  assert.equal(await open(ring, "k1", await seal(older, "pln_1", place), place), "pln_1");
  await assert.rejects(open(older, "k2", await seal(ring, "pln_1", place), place), unreadable);
  await assert.rejects(open(ring, "k1", await seal(ring, "pln_1", place), place), unreadable);
});

Deno.test("the same text twice gives two ciphertexts", async () => {
  const [one, two] = [await seal(ring, "pln_1", place), await seal(ring, "pln_1", place)];
  assert.notDeepEqual(one, two);
  assert.notDeepEqual(one.slice(0, 12), two.slice(0, 12));
});

Deno.test("a ring that cannot be used is refused without a word of its value", async () => {
  const secret = key("s");
  const bad = [
    undefined,
    "",
    "not json",
    secret,
    "[]",
    "{}",
    JSON.stringify({ k1: "short" }),
    JSON.stringify({ k1: btoa("s".repeat(16)) }),
    JSON.stringify({ k1: `${secret}!` }),
    JSON.stringify({ 1: secret }),
    JSON.stringify({ "k 1": secret }),
    JSON.stringify({ k1: 5 }),
  ];
  for (const text of bad) {
    const thrown = await readKeyRing(text).then(() => undefined, (error) => error);
    assert.equal(thrown?.code, "token_keys_invalid", String(text));
    assert(!Deno.inspect(thrown, { depth: 5 }).includes(secret));
  }
});
