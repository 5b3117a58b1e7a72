import assert from "node:assert/strict";
import { formatStamp } from "../../../dev/sandbox/plane/clock.ts";
import { ordered } from "../../../dev/sandbox/plane/paging.ts";

const rows = [{ id: "a", at: 1_000_001 }, { id: "b", at: 1_000_000 }, { id: "c", at: 999_999 }];
const present = ({ id, at }: { id: string; at: number }) => ({ id, at: formatStamp(at) });
const order = (by: string) =>
  ordered(rows, new URLSearchParams({ order_by: by }), present).map(({ id }) => id).join("");

Deno.test("lists are ordered by time, also around a full second, which is shown without a fraction", () => {
  assert.equal(present(rows[1] ?? { id: "", at: 0 }).at, "1970-01-01T00:00:01Z");
  assert.equal(order("at"), "cba");
  assert.equal(order("-at"), "abc");
  assert.equal(order("-id"), "cba");
  assert.equal(order(""), "abc");
});

Deno.test("ordering by an unknown field is a fault of the server", () => {
  assert.throws(() => order("nope"), { status: 500 });
});
