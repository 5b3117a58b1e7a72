import assert from "node:assert/strict";
import { ERROR_CODES, type ErrorCode, SuiteError } from "../../../shared/errors.ts";
import { failure, statusOf } from "../../../shared/http/answers.ts";

const CODES = Object.keys(ERROR_CODES) as ErrorCode[];

Deno.test("what the other side does is not called a fault of ours", () => {
  // What our own request brought about: values or fields that this side made up.
  const ours = [
    "odoo_rejected",
    "odoo_bad_request",
    "plane_rejected",
    "plane_conflict",
  ];
  const sides = CODES.filter((code) => /^(odoo|plane)_/.test(code) && !ours.includes(code));
  assert.deepEqual(sides.filter((code) => statusOf(code) === 500), []);
  for (const code of ours) assert.equal(statusOf(code as ErrorCode), 500, code);
});

Deno.test("no answer, none in time, and a refusal are told apart", () => {
  const statuses = ["unreachable", "timeout", "server_error", "bad_answer", "unauthorized", "forbidden"]
    .map((what) => [statusOf(`odoo_${what}` as ErrorCode), statusOf(`plane_${what}` as ErrorCode)]);
  assert.deepEqual(statuses, [[502, 502], [504, 504], [502, 502], [502, 502], [502, 502], [502, 502]]);
  assert.deepEqual([statusOf("odoo_not_configured"), statusOf("plane_not_configured")], [503, 503]);
  assert.equal(statusOf("plane_not_found"), 404);
});

Deno.test("an answer says how long to wait when that is known, and a while when it is not", () => {
  const wait = (code: ErrorCode, retryAfterMs?: number) =>
    failure(new SuiteError(code, retryAfterMs === undefined ? {} : { retryAfterMs })).headers.get(
      "retry-after",
    );
  assert.equal(wait("odoo_unreachable", 1_001), "2");
  assert.equal(wait("odoo_not_configured"), "30");
  assert.equal(wait("plane_rate_limited"), "60");
  assert.equal(wait("odoo_unreachable"), null);
});
