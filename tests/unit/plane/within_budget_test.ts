import assert from "node:assert/strict";
import { SuiteError } from "../../../shared/errors.ts";
import type { CallBudget } from "../../../shared/plane/call_budget.ts";
import type { PlaneRequest, PlaneTransport } from "../../../shared/plane/transport.ts";
import { withinBudget } from "../../../shared/plane/within_budget.ts";

const READ: PlaneRequest = { operation: "read", method: "GET", path: ["x"] };

interface Scene {
  /** Waits of the reservations, in order; the last one is used again. */
  waitsMs?: number[];
  /** Answers to "how long is everybody paused", in order; then 0. */
  pausedMs?: number[];
  /** How much later than asked a wait ends. */
  oversleepMs?: number;
  answer?: { status: number; headers?: Record<string, string> } | "silence" | "not sent";
  fail?: "reserve" | "settle";
}

/** A budget and a transport that write down what happens to them. */
function scene({ waitsMs = [0], pausedMs = [], oversleepMs = 0, answer = { status: 200 }, fail }: Scene) {
  const log: string[] = [];
  let nowMs = 0;
  let booked = 0;
  const budget: CallBudget = {
    reserve: (credential, lane, longestWaitMs) => {
      if (fail === "reserve") {
        return Promise.reject(Object.assign(new Error("no database"), { code: "ECONNREFUSED" }));
      }
      const waitMs = waitsMs[Math.min(booked, waitsMs.length - 1)] ?? 0;
      const name = `#${++booked}`;
      log.push(`reserve ${credential} ${lane} ${longestWaitMs}`);
      return Promise.resolve({
        waitMs,
        release: () => Promise.resolve(void log.push(`release ${name}`)),
        settle: ({ status, remaining, retryAfterMs }) => {
          log.push(`settle ${name} ${status} ${remaining} ${retryAfterMs}`);
          return fail === "settle" ? Promise.reject(new Error("gone")) : Promise.resolve();
        },
      });
    },
    pausedMs: () => Promise.resolve(pausedMs.shift() ?? 0),
  };
  const transport: PlaneTransport = (request) => {
    if (answer === "not sent") return Promise.reject(new SuiteError("plane_rejected"));
    log.push("send");
    request.onSend?.();
    if (answer === "silence") return Promise.reject(new SuiteError("plane_timeout"));
    const headers = new Headers(answer.headers);
    request.onAnswer?.({ status: answer.status, headers });
    if (answer.status >= 300) return Promise.reject(new SuiteError("plane_rejected"));
    return Promise.resolve({ status: answer.status, headers, body: null });
  };
  const send = withinBudget(transport, {
    budget,
    credential: "default",
    lane: "live",
    longestWaitMs: 15_000,
    now: () => nowMs,
    pause: (ms, signal) => {
      signal?.throwIfAborted();
      log.push(`wait ${ms}`);
      nowMs += ms + oversleepMs;
      return Promise.resolve();
    },
  });
  return { send, log };
}

Deno.test("a request is booked, waits for its slot, and its answer is told to the books", async () => {
  const { send, log } = scene({
    waitsMs: [700],
    answer: { status: 200, headers: { "X-RateLimit-Remaining": "41", "X-RateLimit-Reset": "1" } },
  });
  await send(READ);
  assert.deepEqual(log, ["reserve default live 15000", "wait 700", "send", "settle #1 200 41 null"]);
});

Deno.test("answers that are errors are told, too, a 429 with its Retry-After", async () => {
  const { send, log } = scene({ answer: { status: 429, headers: { "Retry-After": "58" } } });
  await assert.rejects(send(READ));
  assert.equal(log.at(-1), "settle #1 429 null 58000");
  const strange = scene({ answer: { status: 404, headers: { "X-RateLimit-Remaining": "many" } } });
  await assert.rejects(strange.send(READ));
  assert.equal(strange.log.at(-1), "settle #1 404 null null");
});

Deno.test("what was not sent gives its slot back; what was sent without an answer keeps it", async () => {
  const unsent = scene({ answer: "not sent" });
  await assert.rejects(unsent.send(READ), { code: "plane_rejected" });
  assert.equal(unsent.log.at(-1), "release #1");
  const unanswered = scene({ answer: "silence" });
  await assert.rejects(unanswered.send(READ), { code: "plane_timeout" });
  assert.equal(unanswered.log.at(-1), "send");
});

Deno.test("an aborted wait gives its slot back", async () => {
  const { send, log } = scene({ waitsMs: [700] });
  const controller = new AbortController();
  const pending = send({ ...READ, signal: controller.signal });
  controller.abort(new Error("shutting down"));
  await assert.rejects(pending, /shutting down/);
  assert.deepEqual(log, ["reserve default live 15000", "release #1"]);
});

Deno.test("who learns after waiting that Plane has asked everybody to pause books again", async () => {
  const { send, log } = scene({ waitsMs: [700, 5_000], pausedMs: [4_900, 0] });
  await send(READ);
  assert.deepEqual(log.slice(1, 5), ["wait 700", "release #1", "reserve default live 14300", "wait 5000"]);
  assert.equal(log.at(-1), "settle #2 200 null null");
});

Deno.test("who comes much too late for the slot books again", async () => {
  const { send, log } = scene({ waitsMs: [700, 0], oversleepMs: 10_001 });
  await send(READ);
  assert.deepEqual(log.slice(1), [
    "wait 700",
    "release #1",
    "reserve default live 4299",
    "send",
    "settle #2 200 null null",
  ]);
});

Deno.test("the wait is no longer than the call's own deadline allows", async () => {
  const { send, log } = scene({});
  await send({ ...READ, deadlineMs: 3_000 });
  assert.equal(log[0], "reserve default live 3000");
});

Deno.test("without the books nothing is sent; an answer is not lost because the books cannot be told", async () => {
  const closed = scene({ fail: "reserve" });
  await assert.rejects(closed.send(READ), { code: "database_unreachable" });
  assert.deepEqual(closed.log, []);
  assert.equal((await scene({ fail: "settle" }).send(READ)).status, 200);
});
