import assert from "node:assert/strict";
import { createAudit } from "../../../shared/proxy/audit.ts";
import type { AuditedCall } from "../../../shared/store/proxy/proxy_calls.ts";

const call = (method: string, status: number): AuditedCall => ({
  at: "2026-02-01T12:00:00.000Z",
  level: "info",
  client: "one",
  client_id: "id",
  method,
  path: "users/me",
  status,
  source: "plane",
  code: null,
  duration_ms: 1,
});

function scene(options: { share?: number; failures?: number } = {}) {
  const batches: number[] = [];
  const lines: unknown[] = [];
  const background: Promise<unknown>[] = [];
  let failures = options.failures ?? 0;
  let random = 0;
  const audit = createAudit({
    write: async (calls) => {
      await Promise.resolve();
      if (failures-- > 0) throw new Error("the database is away");
      batches.push(calls.length);
    },
    share: options.share ?? 1,
    random: () => (random += 0.1) % 1,
    background: (work) => background.push(work),
    log: (level, event, facts) => lines.push([level, event, facts]),
  });
  return { audit, batches, lines, written: () => Promise.all(background) };
}

Deno.test("calls that come while others are being written are written together", async () => {
  const { audit, batches, written } = scene();
  for (let count = 0; count < 700; count++) audit(call("GET", 200));
  await written();
  assert.deepEqual(batches, [1, 500, 199]);
  audit(call("GET", 200));
  await written();
  assert.deepEqual(batches, [1, 500, 199, 1]);
});

Deno.test("a share below one leaves out successful reads, never writes or refusals", async () => {
  const { audit, batches, written } = scene({ share: 0 });
  for (const each of [call("GET", 200), call("GET", 403), call("POST", 201), call("GET", 500)]) audit(each);
  await written();
  assert.equal(batches.reduce((sum, size) => sum + size, 0), 3);
});

Deno.test("a failed write is tried once more, and what is lost is said", async () => {
  const once = scene({ failures: 1 });
  once.audit(call("GET", 200));
  await once.written();
  assert.deepEqual([once.batches, once.lines], [[1], []]);
  const twice = scene({ failures: 2 });
  twice.audit(call("GET", 200));
  await twice.written();
  assert.deepEqual([twice.batches, twice.lines], [[], [["error", "audit_lost", { calls: 1 }]]]);
});
