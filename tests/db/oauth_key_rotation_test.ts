/** The key that seals tokens is changed while workers refresh: at any step, with any crash, every token stays readable. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Crash, Turns } from "../support/oauth_turns.ts";
import { OAuthWorkers, RINGS, withOAuthDatabase } from "../support/oauth_workers.ts";

const WORKERS = 3;
const choices = fc.array(fc.nat(1_000), { minLength: 30, maxLength: 60 });
const crash: fc.Arbitrary<Crash> = fc.record({
  worker: fc.nat(WORKERS),
  step: fc.nat(9),
  after: fc.boolean(),
});
// While the secret is being rolled out, some isolates still seal with the old key; all of them open both.
const rings = fc.array(fc.constantFrom(RINGS.both, RINGS.turned), { minLength: WORKERS, maxLength: WORKERS });

Deno.test("a change of key at any step of a refresh loses no token, and ends with the old key unused", async () => {
  await withOAuthDatabase(async (sql) => {
    await fc.assert(
      fc.asyncProperty(
        rings,
        choices,
        fc.array(crash, { maxLength: 3 }),
        async (rings, choices, crashes) => {
          await sql`delete from plane.oauth_token`;
          const policy = { rotate: true, graceMs: 900_000, detectReuse: true };
          const world = new OAuthWorkers(sql, { kind: "user", policy, late: "timeout" });
          await world.consent(RINGS.old);
          await world.expire();
          const turns = new Turns({ choices, crashes, patient: false });
          const got: string[] = [];
          await turns.run([
            ...rings.map((ring, worker) => async () => {
              got.push(await world.wants(worker, turns, ring));
            }),
            () => world.sealsAnew(WORKERS, turns, RINGS.turned),
          ]);
          for (const token of got) assert.equal(world.endpoint.grants.actor(token), "user", token);

          const alone = async (program: (turns: Turns) => Promise<unknown>) => {
            const turns = new Turns({ choices: [0], crashes: [], patient: false });
            await turns.run([async () => void await program(turns)]);
          };
          // What a crash left is taken up while the server still repeats its answer, as the schedule does.
          await alone(async (turns) => got.push(await world.wants(0, turns, RINGS.turned)));
          await alone((turns) => world.sealsAnew(0, turns, RINGS.turned));
          const [row] = await sql`select key_id from plane.oauth_token`;
          assert.equal(row?.key_id, "new");
          await world.expire();
          await alone(async (turns) => got.push(await world.wants(0, turns, RINGS.new)));
          assert.equal(world.endpoint.grants.actor(got.at(-1) ?? ""), "user", got.at(-1));
        },
      ),
      { numRuns: 60, interruptAfterTimeLimit: 60_000 },
    );
  });
});

Deno.test("a worker without the key says so, and neither asks the server nor gives the grant up", async () => {
  await withOAuthDatabase(async (sql) => {
    const policy = { rotate: true, graceMs: 0, detectReuse: true };
    const world = new OAuthWorkers(sql, { kind: "user", policy, late: "timeout" });
    await world.consent(RINGS.old);
    await world.expire();
    const turns = new Turns({ choices: [0], crashes: [], patient: false });
    await turns.run([async () => assert.equal(await world.wants(0, turns, RINGS.new), "token_unreadable")]);
    assert.deepEqual(world.endpoint.requested, []);
    const [row] = await sql`select status, last_error from plane.oauth_token`;
    assert.deepEqual({ ...row }, { status: "active", last_error: "token_unreadable" });
  });
});
