import assert from "node:assert/strict";
import fc from "fast-check";
import { type Attempt, type Stored, takeIssued } from "../../../shared/oauth/take_issued.ts";

const answer = (access: string, refresh: string | null) => ({ access, refresh, expiresIn: 60, scope: null });
const before: Stored = {
  status: "active",
  generation: 4,
  storedFence: 7,
  tokens: { access: "a4", refresh: "r4", previousRefresh: "r3" },
};
const attempt: Attempt = { fence: 8, generation: 4, usedRefresh: "r4" };

Deno.test("a rotated refresh token takes the place of the one used, which is kept for one more try", () => {
  assert.deepEqual(takeIssued(answer("a5", "r5"), attempt, before), {
    kind: "replace",
    tokens: { access: "a5", refresh: "r5", previousRefresh: "r4" },
  });
});

Deno.test("without rotation the refresh token stays, and so does the one before it", () => {
  assert.deepEqual(takeIssued(answer("a5", null), attempt, before), {
    kind: "replace",
    tokens: { access: "a5", refresh: "r4", previousRefresh: "r3" },
  });
});

Deno.test("of two attempts with the same refresh token the later one's answer counts, whichever is stored first", () => {
  const earlier = { ...attempt, fence: 8 };
  const later = { ...attempt, fence: 9 };
  const afterEarlier: Stored = {
    status: "active",
    generation: 5,
    storedFence: 8,
    tokens: { access: "a5", refresh: "r5", previousRefresh: "r4" },
  };
  assert.deepEqual(takeIssued(answer("b5", "s5"), later, afterEarlier), {
    kind: "replace",
    tokens: { access: "b5", refresh: "s5", previousRefresh: "r5" },
  });
  const afterLater: Stored = {
    ...afterEarlier,
    storedFence: 9,
    tokens: { access: "b5", refresh: "s5", previousRefresh: "r4" },
  };
  assert.deepEqual(takeIssued(answer("a5", "r5"), earlier, afterLater), {
    kind: "keep_as_previous",
    tokens: { access: "b5", refresh: "s5", previousRefresh: "r5" },
  });
});

Deno.test("a grant that was given up lives again with an answer that comes late", () => {
  const dead: Stored = { ...before, status: "needs_reauthorization", generation: 9, storedFence: 99 };
  assert.equal(takeIssued(answer("a5", "r5"), attempt, dead).kind, "replace");
});

Deno.test("a refresh token the server gave is the present or the previous one afterwards, whatever is stored by then", () => {
  const small = fc.nat(3);
  const secret = fc.option(fc.constantFrom("r1", "r2", "r3"));
  const stored = fc.record({
    status: fc.constantFrom<Stored["status"]>("active", "needs_reauthorization"),
    generation: small,
    storedFence: small,
    tokens: fc.record({ access: secret, refresh: secret, previousRefresh: secret }),
  });
  const attempts = fc.record({ fence: small, generation: small, usedRefresh: secret });
  fc.assert(fc.property(attempts, stored, (attempt, stored) => {
    const decision = takeIssued(answer("new", "issued"), attempt, stored);
    assert.notEqual(decision.kind, "nothing");
    const { refresh, previousRefresh } = decision.kind === "nothing" ? stored.tokens : decision.tokens;
    assert([refresh, previousRefresh].includes("issued"));
  }));
});
