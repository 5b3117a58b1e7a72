import assert from "node:assert/strict";
import { SuiteError } from "../../../shared/errors.ts";
import { callPlane, type UpstreamDependencies } from "../../../shared/proxy/upstream.ts";

type Settled = { status: number; remaining: number | null; retryAfterMs: number | null };

/** A budget that notes what happens to its slots, and a Plane with one answer. */
function scene(options: { waitMs?: number; pausedMs?: number; answer?: () => Response } = {}) {
  const notes: unknown[] = [];
  const settled: Settled[] = [];
  const deps: UpstreamDependencies = {
    apiRoot: "https://plane.example/api/v1/",
    credential: { name: "default", headers: () => Promise.resolve({ "X-API-Key": "ours" }) },
    budget: {
      reserve: (credential, lane, longestWaitMs) => {
        notes.push(["reserve", credential, lane, longestWaitMs]);
        return Promise.resolve({
          waitMs: options.waitMs ?? 0,
          release: () => Promise.resolve(void notes.push("release")),
          settle: (answer) => Promise.resolve(void settled.push(answer)),
        });
      },
      pausedMs: () => Promise.resolve(options.pausedMs ?? 0),
    },
    longestWaitMs: 500,
    timeoutMs: 1000,
    sleep: (milliseconds, signal) => {
      notes.push(["sleep", milliseconds]);
      return signal.aborted ? Promise.reject(signal.reason) : Promise.resolve();
    },
    background: (work) => void work,
    fetch: () => {
      notes.push("fetch");
      return Promise.resolve(options.answer?.() ?? Response.json({}));
    },
  };
  const request = { method: "GET", url: "https://plane.example/api/v1/users/me/", headers: {}, body: null };
  return {
    notes,
    settled,
    call: (signal = new AbortController().signal) => callPlane(request, signal, deps),
  };
}

Deno.test("a call books an interactive slot, waits for it, and tells the budget what Plane's headers say", async () => {
  const { notes, settled, call } = scene({
    waitMs: 200,
    answer: () => Response.json({}, { headers: { "X-RateLimit-Remaining": "41" } }),
  });
  assert.equal((await call()).status, 200);
  assert.deepEqual(notes, [["reserve", "default", "interactive", 500], ["sleep", 200], "fetch"]);
  assert.deepEqual(settled, [{ status: 200, remaining: 41, retryAfterMs: null }]);
});

Deno.test("Plane's 429 tells the budget how long to pause", async () => {
  const { settled, call } = scene({
    answer: () => Response.json({}, { status: 429, headers: { "Retry-After": "58" } }),
  });
  assert.equal((await call()).headers["retry-after"], "58");
  assert.deepEqual(settled, [{ status: 429, remaining: null, retryAfterMs: 58_000 }]);
});

Deno.test("a caller who has left before the request is sent gives the slot back", async () => {
  for (const waitMs of [0, 200]) {
    const { notes, settled, call } = scene({ waitMs });
    await assert.rejects(call(AbortSignal.abort(new Error("gone"))), /gone/);
    assert(notes.includes("release") && !notes.includes("fetch"));
    assert.deepEqual(settled, []);
  }
});

Deno.test("when Plane has asked everybody to pause meanwhile, nothing is sent and the slot comes back", async () => {
  const { notes, call } = scene({ waitMs: 200, pausedMs: 30_000 });
  await assert.rejects(call(), { code: "plane_rate_limited", retryAfterMs: 30_000 });
  assert(notes.includes("release") && !notes.includes("fetch"));
});

Deno.test("a request without an answer is neither settled nor given back: it may have arrived", async () => {
  const { notes, settled, call } = scene({
    answer: () => {
      throw new TypeError("connection reset");
    },
  });
  await assert.rejects(call(), (error) => error instanceof SuiteError && error.code === "plane_unreachable");
  assert(!notes.includes("release"));
  assert.deepEqual(settled, []);
});
