/** Law of the tokens: one refresh per expiry over all workers, and a rotated refresh token is never lost, with a crash at any line. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { RefreshPolicy } from "../../dev/sandbox/oauth/grants.ts";
import type { Sql } from "../../shared/store/database.ts";
import { type Crash, type Freeze, Turns } from "../support/oauth_turns.ts";
import { OAuthWorkers, type Scene, withOAuthDatabase } from "../support/oauth_workers.ts";

const WORKERS = 4;
const GRACE_MS = 900_000;
const strict: RefreshPolicy = { rotate: true, graceMs: 0, detectReuse: true };
const graceful: RefreshPolicy = { rotate: true, graceMs: GRACE_MS, detectReuse: true };
const newest: RefreshPolicy = { rotate: true, graceMs: GRACE_MS, detectReuse: true, repeat: "newest" };
const fixed: RefreshPolicy = { rotate: false, graceMs: 0, detectReuse: false };

const choices = fc.array(fc.nat(1_000), { minLength: 30, maxLength: 60 });
const crash: fc.Arbitrary<Crash> = fc.record({
  worker: fc.nat(WORKERS - 1),
  step: fc.nat(9),
  after: fc.boolean(),
});
const crashes = fc.array(crash, { maxLength: WORKERS });
const freezes: fc.Arbitrary<Freeze[]> = fc.array(
  fc.record({ worker: fc.nat(WORKERS - 1), step: fc.integer({ min: 1, max: 9 }), turns: fc.nat(120) }),
  { maxLength: 6 },
);
const runs = { numRuns: 80, interruptAfterTimeLimit: 60_000 };

interface Order {
  choices: number[];
  crashes: Crash[];
  freezes?: Freeze[];
  patient: boolean;
}

async function grant(sql: Sql, scene: Scene): Promise<OAuthWorkers> {
  await sql`delete from plane.oauth_token`;
  await sql`delete from ops.events`;
  const world = new OAuthWorkers(sql, scene);
  await world.consent();
  return world;
}

/** All workers want a token at once. What the living got. */
async function allWant(world: OAuthWorkers, order: Order): Promise<string[]> {
  const turns = new Turns(order);
  const got: string[] = [];
  await turns.run(Array.from({ length: WORKERS }, (_, worker) => async () => {
    got.push(await world.wants(worker, turns));
  }));
  return got;
}

/** One more worker, after everybody else: what a crash left must not stand in its way. */
async function oneMore(world: OAuthWorkers): Promise<string> {
  const turns = new Turns({ choices: [0], crashes: [], patient: false });
  let got = "";
  await turns.run([async () => {
    got = await world.wants(0, turns);
  }]);
  return got;
}

async function nothingInPlainText(world: OAuthWorkers): Promise<void> {
  const written = await world.everythingWritten();
  for (const secret of [...world.endpoint.grants.secrets, world.endpoint.clientSecret]) {
    assert(!written.includes(secret), "a secret is in a table or a log line");
  }
}

Deno.test("each expiry is one refresh, however many workers want a token at once and in whatever order they act", async () => {
  await withOAuthDatabase(async (sql) => {
    const scene = fc.constantFrom<Scene>(
      { kind: "user", policy: strict, late: "timeout" },
      { kind: "user", policy: fixed, late: "timeout" },
      { kind: "bot", policy: fixed, late: "timeout" },
    );
    await fc.assert(
      fc.asyncProperty(scene, choices, async (scene, choices) => {
        const world = await grant(sql, scene);
        const { grants } = world.endpoint;
        for (let expiry = 1; expiry <= 3; expiry++) {
          await world.expire();
          const before = grants.issued;
          const got = await allWant(world, { choices, crashes: [], patient: true });
          assert.equal(grants.issued - before, 1);
          assert.equal(new Set(got).size, 1);
          for (const token of got) assert.notEqual(grants.actor(token), undefined);
        }
        await nothingInPlainText(world);
      }),
      runs,
    );
  });
});

Deno.test("with a crash at any line a rotated refresh token is never lost where the server repeats its last answer", async () => {
  await withOAuthDatabase(async (sql) => {
    // What a server that ends its earlier answer does to one that comes late is a limit: see the last test.
    const scenes = fc.constantFrom<Scene>(
      { kind: "user", policy: graceful, late: "timeout" },
      { kind: "user", policy: graceful, late: "answer" },
      { kind: "user", policy: newest, late: "timeout" },
    );
    await fc.assert(
      fc.asyncProperty(scenes, choices, crashes, freezes, fc.boolean(), async (scene, ...order) => {
        const [choices, crashes, freezes, patient] = order;
        const world = await grant(sql, scene);
        const { grants } = world.endpoint;
        for (let expiry = 1; expiry <= 2; expiry++) {
          await world.expire();
          const before = grants.issued;
          const got = await allWant(world, { choices, crashes, freezes, patient });
          const last = await oneMore(world);
          for (const token of [...got, last]) assert.notEqual(grants.actor(token), undefined, token);
          if (patient && scene.policy === graceful) assert.equal(grants.issued - before, 1);
        }
        await nothingInPlainText(world);
      }),
      runs,
    );
  });
});

Deno.test("a bot is asked for again after a crash at any line, once for each attempt whose answer was lost", async () => {
  await withOAuthDatabase(async (sql) => {
    await fc.assert(
      fc.asyncProperty(choices, crashes, async (choices, crashes) => {
        const world = await grant(sql, { kind: "bot", policy: fixed, late: "timeout" });
        const { grants } = world.endpoint;
        const got = await allWant(world, { choices, crashes, patient: true });
        for (const token of [...got, await oneMore(world)]) assert.equal(grants.actor(token), "bot");
        assert(grants.issued <= 1 + crashes.length, `${grants.issued} tokens`);
        await nothingInPlainText(world);
      }),
      runs,
    );
  });
});

Deno.test("an answer kept after its lease, which the server has ended for a worker that then died, needs a new consent", async () => {
  await withOAuthDatabase(async (sql) => {
    const order: Order = {
      // Worker 2 has its answer and stands still; worker 0 takes over, asks again, and dies with the newer answer.
      choices: [125, 583, 10, 0, 0, 226, 0, 0, 0, 313, ...Array.from({ length: 20 }, () => 0)],
      crashes: [{ worker: 0, step: 6, after: false }],
      freezes: [
        { worker: 1, step: 1, turns: 8 },
        { worker: 2, step: 3, turns: 14 },
        { worker: 0, step: 1, turns: 10 },
      ],
      patient: false,
    };
    for (const [policy, asked] of [[newest, "oauth_needs_reauthorization"], [graceful, "user"]] as const) {
      const world = await grant(sql, { kind: "user", policy, late: "answer" });
      await world.expire();
      for (const token of await allWant(world, order)) {
        assert.equal(world.endpoint.grants.actor(token), "user");
      }
      await world.expire();
      const last = await oneMore(world);
      assert.equal(world.endpoint.grants.actor(last) ?? last, asked);
    }
  });
});
