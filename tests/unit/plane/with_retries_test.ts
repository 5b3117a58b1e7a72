import assert from "node:assert/strict";
import fc from "fast-check";
import { SuiteError } from "../../../shared/errors.ts";
import type { PlaneRequest, PlaneTransport } from "../../../shared/plane/transport.ts";
import { retryDelayMs, withRetries } from "../../../shared/plane/with_retries.ts";

const READ: PlaneRequest = { operation: "read", method: "GET", path: ["x"] };
const EXTERNAL = { external_id: "1", external_source: "odoo" };
const OK = { status: 200, headers: new Headers(), body: "fine" };

/** Fails with these errors in order, then succeeds. The clock moves only by waiting. */
function failing(errors: Error[], { retries = 3, deadlineMs = 60_000 } = {}) {
  const waits: number[] = [];
  const deadlines: (number | undefined)[] = [];
  let nowMs = 0;
  const transport: PlaneTransport = (request) => {
    deadlines.push(request.deadlineMs);
    const error = errors.shift();
    return error === undefined ? Promise.resolve(OK) : Promise.reject(error);
  };
  const send = withRetries(transport, {
    retries,
    deadlineMs,
    now: () => nowMs,
    random: () => 0.5,
    pause: (ms, signal) => {
      signal?.throwIfAborted();
      waits.push(ms);
      nowMs += ms;
      return Promise.resolve();
    },
  });
  return { send, waits, deadlines };
}

const serverError = (status = 500) =>
  new SuiteError("plane_server_error", { facts: { status }, outcomeUnknown: true });
const limited = (retryAfterMs: number, refusedBy?: string) =>
  new SuiteError("plane_rate_limited", {
    retryAfterMs,
    facts: refusedBy === undefined ? {} : { refused_by: refusedBy },
  });
const timeout = () => new SuiteError("plane_timeout", { outcomeUnknown: true });

Deno.test("429, 5xx and network errors are tried again, three times, with growing waits", async () => {
  const errors = () => [serverError(), new SuiteError("plane_unreachable"), timeout(), serverError(502)];
  const enough = failing(errors().slice(0, 3));
  assert.equal((await enough.send(READ)).body, "fine");
  assert.deepEqual(enough.waits, [250, 500, 1000]);
  const tooMany = failing(errors());
  await assert.rejects(tooMany.send(READ), { code: "plane_server_error" });
  assert.equal(tooMany.waits.length, 3);
});

Deno.test("Retry-After is obeyed, and not all come back at that very moment", async () => {
  const { send, waits } = failing([limited(7_000)]);
  await send(READ);
  assert.deepEqual(waits, [7_250]);
});

Deno.test("a wait beyond the deadline is not begun, and each attempt knows what is left", async () => {
  const late = failing([limited(58_000)], { deadlineMs: 30_000 });
  await assert.rejects(late.send(READ), { code: "plane_rate_limited", retryAfterMs: 58_000 });
  assert.deepEqual(late.waits, []);
  const own = failing([limited(5_000)]);
  await assert.rejects(own.send({ ...READ, deadlineMs: 4_000 }), { code: "plane_rate_limited" });
  const { send, deadlines } = failing([limited(7_000)]);
  await send({ ...READ, deadlineMs: 20_000 });
  assert.deepEqual(deadlines, [20_000, 12_750]);
});

Deno.test("what fails for good, or was not sent because the budget is used up, is not tried again", async () => {
  for (const code of ["plane_rejected", "plane_forbidden", "plane_not_found", "plane_conflict"] as const) {
    const { send, waits } = failing([new SuiteError(code)]);
    await assert.rejects(send(READ), { code });
    assert.deepEqual(waits, [], code);
  }
  const { send, waits } = failing([limited(10, "budget")]);
  await assert.rejects(send(READ), { code: "plane_rate_limited" });
  assert.deepEqual(waits, []);
});

Deno.test("a creation is tried again only with an external id, and never while the first may be at work", async () => {
  const create: PlaneRequest = { ...READ, method: "POST", body: { name: "x" } };
  for (const error of [serverError(), limited(1), new SuiteError("plane_unreachable")]) {
    const { send, waits } = failing([error]);
    await assert.rejects(send(create), { code: error.code });
    await assert.rejects(failing([error]).send({ ...create, body: { external_id: "1" } }));
    assert.deepEqual(waits, []);
  }
  const withId = { ...create, body: { name: "x", ...EXTERNAL } };
  for (const error of [serverError(), limited(1), new SuiteError("plane_unreachable")]) {
    assert.equal((await failing([error]).send(withId)).body, "fine");
  }
  for (const error of [timeout(), serverError(504)]) {
    await assert.rejects(failing([error]).send(withId), { code: error.code, outcomeUnknown: true });
  }
});

Deno.test("updates and deletions are tried again; a deletion that finds nothing then was our own", async () => {
  const missing = () => new SuiteError("plane_not_found");
  for (const method of ["PATCH", "PUT", "DELETE"] as const) {
    assert.equal((await failing([timeout()]).send({ ...READ, method })).body, "fine");
  }
  const deletion: PlaneRequest = { ...READ, method: "DELETE" };
  assert.equal((await failing([timeout(), missing()]).send(deletion)).status, 204);
  await assert.rejects(failing([missing()]).send(deletion), { code: "plane_not_found" });
});

Deno.test("when an earlier attempt may have taken effect, a later clear error does not hide it", async () => {
  const { send } = failing([timeout(), new SuiteError("plane_forbidden")]);
  await assert.rejects(send({ ...READ, method: "PATCH", body: {} }), {
    code: "plane_forbidden",
    outcomeUnknown: true,
  });
});

Deno.test("an aborted call ends with the caller's reason, in the middle of a wait, too", async () => {
  const reason = new Error("shutting down");
  await assert.rejects(failing([reason]).send(READ), reason);
  await assert.rejects(failing([serverError()]).send({ ...READ, signal: AbortSignal.abort(reason) }), reason);
});

Deno.test("waits are between nothing and a bound that doubles, and never before Plane's own word", () => {
  const random = fc.double({ min: 0, max: 0.999, noNaN: true });
  fc.assert(fc.property(fc.integer({ min: 1, max: 40 }), random, fc.nat(100_000), (attempt, drawn, after) => {
    const free = retryDelayMs(attempt, serverError(), drawn);
    assert.ok(free >= 0 && free < Math.min(20_000, 500 * 2 ** (attempt - 1)) + 1);
    const told = retryDelayMs(attempt, limited(after), drawn);
    assert.ok(told >= after && told <= after + 500);
  }));
});
