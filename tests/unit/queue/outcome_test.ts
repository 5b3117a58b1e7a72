import assert from "node:assert/strict";
import fc from "fast-check";
import { ERROR_CODES, type ErrorCode, SuiteError } from "../../../shared/errors.ts";
import { LONGEST_DELAY_MS } from "../../../shared/queue/backoff.ts";
import { outcomeOfFailure } from "../../../shared/queue/outcome.ts";

const CODES = Object.keys(ERROR_CODES) as ErrorCode[];
const OUTAGES: readonly ErrorCode[] = [
  "odoo_unreachable",
  "odoo_timeout",
  "odoo_unauthorized",
  "odoo_not_configured",
  "odoo_bad_answer",
  "plane_unreachable",
  "plane_timeout",
  "plane_unauthorized",
  "plane_forbidden",
  "plane_not_configured",
  "plane_rate_limited",
  "plane_server_error",
  "plane_bad_answer",
  "database_unreachable",
  "circuit_open",
];
const FRESH = { attempts: 1, outages: 0, maxAttempts: 12 };
const REST_MS = 90_000;

const outcomeOf = (
  error: SuiteError,
  claimed: { attempts: number; outages: number; maxAttempts: number } = FRESH,
  random = 0.5,
) => outcomeOfFailure(error, claimed, REST_MS, random);
const exhausted = fc.record({
  attempts: fc.integer({ min: 12, max: 10_000 }),
  outages: fc.nat(10_000),
  maxAttempts: fc.constant(12),
});

for (const code of CODES) {
  const { retry } = ERROR_CODES[code];
  const expected = code === "paused" || code === "left_out"
    ? "park"
    : code === "waits_for_project"
    ? "wait"
    : retry === "never"
    ? "dead"
    : OUTAGES.includes(code) || code === "odoo_server_error"
    ? "outage"
    : "retry";
  Deno.test(`${code}: the first failure ends as ${expected}`, () => {
    const outcome = outcomeOf(new SuiteError(code));
    assert.equal(outcome.kind, expected);
    assert("reason" in outcome && outcome.reason === code);
  });
}

Deno.test("no outage ever leads to giving up, however long it lasts", () => {
  fc.assert(fc.property(fc.constantFrom(...OUTAGES), exhausted, (code, claimed) => {
    assert.equal(outcomeOf(new SuiteError(code), claimed).kind, "outage");
  }));
});

Deno.test("a proxy's error page and an Odoo without its database are outages; a failure inside Odoo is not", () => {
  const worn = { attempts: 12, outages: 0, maxAttempts: 12 };
  const failure = (facts: Record<string, string | number>) => new SuiteError("odoo_server_error", { facts });
  assert.equal(outcomeOf(failure({ status: 502 }), worn).kind, "outage");
  for (
    const exception of ["psycopg2.OperationalError", "psycopg2.InterfaceError", "psycopg2.pool.PoolError"]
  ) {
    assert.equal(outcomeOf(failure({ exception }), worn).kind, "outage", exception);
  }
  for (const exception of ["builtins.RuntimeError", "psycopg2.errors.NotNullViolation"]) {
    assert.equal(outcomeOf(failure({ exception }), worn).kind, "dead", exception);
  }
});

Deno.test("everything else is given up after its attempts", () => {
  const others = CODES.filter((code) =>
    !OUTAGES.includes(code) &&
    !["paused", "left_out", "waits_for_project", "odoo_server_error"].includes(code)
  );
  fc.assert(fc.property(fc.constantFrom(...others), exhausted, (code, claimed) => {
    assert.deepEqual(outcomeOf(new SuiteError(code), claimed), { kind: "dead", reason: code });
  }));
});

Deno.test("an error may say for itself that it is hopeless, or not", () => {
  assert.equal(outcomeOf(new SuiteError("odoo_conflict", { retry: "never" })).kind, "dead");
  assert.equal(outcomeOf(new SuiteError("odoo_missing_record", { retry: "later" })).kind, "retry");
});

Deno.test("after an unknown outcome the entity rests at least as long as it takes for a lost request to land", () => {
  const codes = fc.constantFrom<ErrorCode>(
    "odoo_timeout",
    "odoo_server_error",
    "odoo_unreachable",
    "odoo_bad_answer",
  );
  const claimed = fc.record({
    attempts: fc.integer({ min: 1, max: 11 }),
    outages: fc.nat(50),
    maxAttempts: fc.constant(12),
  });
  fc.assert(
    fc.property(codes, claimed, fc.double({ min: 0, max: 0.999, noNaN: true }), (code, claimed, random) => {
      const outcome = outcomeOf(new SuiteError(code, { outcomeUnknown: true }), claimed, random);
      assert("delayMs" in outcome && outcome.delayMs >= REST_MS);
      assert.equal(outcome.reason, "outcome_unknown", "so that nobody in a hurry wakes it");
    }),
  );
});

Deno.test("what the other side asks for is respected, also beyond our own longest wait", () => {
  fc.assert(
    fc.property(
      fc.nat(10 * LONGEST_DELAY_MS),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (asked, random) => {
        const outcome = outcomeOf(
          new SuiteError("plane_rate_limited", { retryAfterMs: asked }),
          FRESH,
          random,
        );
        assert("delayMs" in outcome && outcome.delayMs >= asked);
      },
    ),
  );
});

Deno.test("a lost race is tried again at once, give or take", () => {
  fc.assert(fc.property(fc.double({ min: 0, max: 0.999, noNaN: true }), (random) => {
    for (const code of ["odoo_conflict", "lease_lost"] as const) {
      const outcome = outcomeOf(new SuiteError(code), { ...FRESH, attempts: 9 }, random);
      assert("delayMs" in outcome && outcome.delayMs < 250);
    }
  }));
});

Deno.test("the wait grows with the outage, and with the attempts of what is no outage", () => {
  const bound = (code: ErrorCode, claimed: typeof FRESH) => {
    const outcome = outcomeOf(new SuiteError(code), claimed, 0.999999999);
    return "delayMs" in outcome ? outcome.delayMs + 1 : 0;
  };
  assert.equal(bound("odoo_unreachable", FRESH), 1_000);
  assert.equal(bound("odoo_unreachable", { ...FRESH, outages: 4 }), 16_000);
  assert.equal(bound("odoo_unreachable", { ...FRESH, outages: 40 }), LONGEST_DELAY_MS);
  assert.equal(bound("internal", { ...FRESH, attempts: 5 }), 16_000);
});

Deno.test("an entity without its project looks again after five minutes, then ever more rarely, and is never given up", () => {
  const delays = [0, 1, 5, 6, 7, 1_000].map((outages) => {
    const outcome = outcomeOf(new SuiteError("waits_for_project"), {
      attempts: 99,
      outages,
      maxAttempts: 12,
    });
    assert(outcome.kind === "wait");
    return outcome.delayMs / 60_000;
  });
  assert.deepEqual(delays, [5, 10, 160, 320, 360, 360]);
});
