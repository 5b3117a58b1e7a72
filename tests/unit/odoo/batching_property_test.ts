import assert from "node:assert/strict";
import fc from "fast-check";
import { SuiteError } from "../../../shared/errors.ts";
import { batchingOdooClient } from "../../../shared/odoo/batching.ts";
import type { OdooClient } from "../../../shared/odoo/client.ts";
import { answerAll, type BatchWorld, batchWorld, settle } from "../../support/batch_world.ts";

/** What one caller asks for. */
type Ask =
  | { method: "read" | "write"; ids: number[] }
  | { method: "load"; rows: [string, string][] }
  | { method: "create"; body: string };

/** In between: let promises go on, or let Odoo answer once. */
type Step = Ask | "turn" | "answer";

const ids = fc.array(fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constant(1000)), { maxLength: 3 });
const row = fc.tuple(fc.constantFrom("a", "b", "c", "bad", "d"), fc.integer({ min: 1, max: 99 }).map(String));
const ask: fc.Arbitrary<Ask> = fc.oneof(
  fc.record({ method: fc.constantFrom("read" as const, "write" as const), ids }),
  fc.record({ method: fc.constant("load" as const), rows: fc.array(row, { maxLength: 3 }) }),
  fc.record({ method: fc.constant("create" as const), body: fc.constantFrom("x", "y", "bad") }),
);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof({ weight: 4, arbitrary: ask }, fc.constantFrom("turn" as const, "answer" as const)),
  { maxLength: 40, size: "max" },
);

const BAD = new Set(["bad", "7"]);

function send(client: OdooClient, asked: Ask): Promise<unknown> {
  switch (asked.method) {
    case "read":
      return client.read("m", asked.ids, ["name"]);
    case "write":
      return client.write("m", asked.ids, { name: "x" });
    case "load":
      return client.load("m", ["id", "number"], asked.rows);
    case "create":
      return client.create("mail.message", [{ body: asked.body }]).then((made) => made.length);
  }
}

const described = (call: Promise<unknown>) =>
  call.then(
    (answer) => JSON.stringify(answer) ?? "done",
    (thrown: unknown) => thrown instanceof SuiteError ? thrown.code : String(thrown),
  );

/** Plays the steps; the outcome of each ask, in their order. */
async function play(world: BatchWorld, client: OdooClient, script: readonly Step[]): Promise<string[]> {
  const calls: Promise<string>[] = [];
  for (const step of script) {
    if (step === "turn") await settle();
    else if (step === "answer") world.answerOne();
    else calls.push(described(send(client, step)));
  }
  await answerAll(world);
  return await Promise.all(calls);
}

Deno.test("in any interleaving each caller gets the answer it would get alone, and Odoo holds the same", async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 6 }), async (script, mostRows) => {
      const [alone, joined] = [batchWorld(BAD), batchWorld(BAD)];
      const expected = await play(alone, alone.client, script);
      const found = await play(joined, batchingOdooClient(joined.client, { mostRows }), script);
      assert.deepEqual(found, expected);
      assert.deepEqual([...joined.written].sort(), [...alone.written].sort());
      assert.deepEqual([...joined.created].sort(), [...alone.created].sort());
    }),
    { numRuns: 500 },
  );
});

Deno.test("without refusals there are never more calls than callers, and never too many rows in one", async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 3, max: 6 }), async (script, mostRows) => {
      const [alone, joined] = [batchWorld(new Set()), batchWorld(new Set())];
      const known = script.map((step) =>
        typeof step === "object" && "ids" in step
          ? { ...step, ids: step.ids.filter((id) => id < 1000) }
          : step
      );
      await play(alone, alone.client, known);
      await play(joined, batchingOdooClient(joined.client, { mostRows }), known);
      assert.ok(joined.calls.length <= alone.calls.length);
      for (const call of joined.calls) assert.ok(call.split(",").length <= mostRows, call);
    }),
    { numRuns: 300 },
  );
});
