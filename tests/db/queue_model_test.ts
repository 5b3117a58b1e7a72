/** Any sequence of hints, claims, settles, lost leases and replays does to the tables what it does to a model of them. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { at, claim, type ClaimedRow, deliver, type OutcomeName, settle } from "../support/queue.ts";
import { hintOf, type ModelHint, type ModelHold, QueueModel } from "../support/queue_model.ts";

/** Pairs: a work item and a task each. */
const TASKS = { a: "1", b: "2", c: "3" } as const;
type Entity = keyof typeof TASKS;
const ENTITIES: readonly Entity[] = ["a", "b", "c"];
const REASONS = ["odoo_rejected", "internal"];
const LEASE = 60;

interface Real {
  sql: TestDatabase["sql"];
  /** Every hold there ever was, in the order of the model's. */
  holds: { model: ModelHold; real: ClaimedRow }[];
}
type Command = fc.AsyncCommand<QueueModel, Real>;

/** Each command takes a moment, so that times tell them apart. */
abstract class Timed {
  check(): boolean {
    return true;
  }
  async run(model: QueueModel, real: Real): Promise<void> {
    model.now += 1;
    await this.act(model, real);
    await assertSame(model, real);
  }
  protected abstract act(model: QueueModel, real: Real): Promise<void>;
}

class HintCommand extends Timed implements Command {
  constructor(
    readonly entity: Entity,
    readonly hint: ModelHint,
  ) {
    super();
  }
  protected override async act(model: QueueModel, { sql }: Real): Promise<void> {
    const id = this.hint.side === "plane" ? this.entity : TASKS[this.entity];
    await deliver(sql, id, at(model.now), hintOf(this.hint, at));
    model.hint(this.entity, this.hint);
  }
  override toString = () => `hint ${this.entity} ${JSON.stringify(this.hint)}`;
}

class ClaimCommand extends Timed implements Command {
  protected override async act(model: QueueModel, { sql, holds }: Real): Promise<void> {
    const possible = model.next();
    const [claimed] = await claim(sql, at(model.now), 1, LEASE);
    if (claimed === undefined) {
      assert.deepEqual(possible, [], "somebody was due");
      return;
    }
    const entity = claimed.entity_key.replace("issue:", "");
    assert(possible.includes(entity), `${entity} instead of ${possible}`);
    const row = model.claim(entity, LEASE);
    assert.deepEqual([claimed.plane_hinted, claimed.odoo_hinted], [row.row.planeHinted, row.row.odooHinted]);
    holds.push({ model: row, real: claimed });
  }
  override toString = () => "claim";
}

class SettleCommand extends Timed implements Command {
  constructor(
    readonly which: number,
    readonly outcome: OutcomeName,
    readonly delay: number,
    readonly reason: string,
  ) {
    super();
  }
  protected override async act(model: QueueModel, { sql, holds }: Real): Promise<void> {
    // The latest hold, or one that may have been lost long ago.
    const hold = holds.at(-1 - this.which % Math.max(1, holds.length));
    if (hold === undefined) return;
    const next = model.now + this.delay;
    const reason = this.outcome === "done" ? null : this.reason;
    const settled = await settle(sql, hold.real, this.outcome, at(model.now), { next: at(next), reason });
    assert.equal(settled, model.settle(hold.model, this.outcome, next, reason));
  }
  override toString = () => `settle ${this.which} ${this.outcome} +${this.delay} ${this.reason}`;
}

class WaitCommand extends Timed implements Command {
  constructor(readonly seconds: number) {
    super();
  }
  protected override act(model: QueueModel): Promise<void> {
    model.now += this.seconds;
    return Promise.resolve();
  }
  override toString = () => `wait ${this.seconds} s`;
}

class ReplayCommand extends Timed implements Command {
  constructor(readonly reason: string) {
    super();
  }
  protected override async act(model: QueueModel, { sql }: Real): Promise<void> {
    const [row] = await sql`select plane.replay(p_reason => ${this.reason}, p_now => ${at(model.now)}) as n`;
    assert.equal(row?.n, model.replay(this.reason));
  }
  override toString = () => `replay ${this.reason}`;
}

async function addPairs(sql: TestDatabase["sql"]): Promise<void> {
  await sql`
    insert into plane.sync_mappings (plane_type, plane_id, odoo_model, odoo_id)
    select 'issue', key, 'project.task', value from jsonb_each_text(${JSON.stringify(TASKS)}::text::jsonb)`;
}

async function assertSame(model: QueueModel, { sql }: Real): Promise<void> {
  const rows = await sql`
    select replace(entity_key, 'issue:', '') as entity, status, generation::int, fence::int, attempts, outages, crashes, priority,
      case when next_attempt_at = 'infinity' then null
        else round(extract(epoch from next_attempt_at - ${at(0)}::timestamptz))::int end as due,
      observation_hash, read_first, plane_hinted, odoo_hinted, last_error
    from plane.sync_queue order by entity_key`;
  assert.deepEqual(
    rows.map((row) => ({ ...row })),
    [...model.rows].sort(([one], [other]) => one.localeCompare(other)).map(([entity, row]) => ({
      entity,
      status: row.status,
      generation: row.generation,
      fence: row.fence,
      attempts: row.attempts,
      outages: row.outages,
      crashes: row.crashes,
      priority: row.priority,
      due: row.due === Infinity ? null : row.due,
      observation_hash: row.hash,
      read_first: row.readFirst,
      plane_hinted: row.planeHinted,
      odoo_hinted: row.odooHinted,
      last_error: row.reason,
    })),
  );
  const statuses =
    await sql`select replace(entity_key, 'issue:', '') as entity, array_agg(status order by id) as all from plane.webhook_delivery group by 1`;
  assert.deepEqual(new Map(statuses.map((row) => [row.entity, row.all])), model.deliveries);
}

const commands = fc.commands([
  fc.record({
    entity: fc.constantFrom(...ENTITIES),
    side: fc.constantFrom("plane" as const, "plane" as const, "odoo" as const),
    // A hint of Odoo's asks for it too, and it is about Plane's record only.
    readFirst: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, {
      weight: 1,
      arbitrary: fc.constant(true),
    }),
    priority: fc.constantFrom(3, 5, 6),
    observedAt: fc.option(fc.integer({ min: -3, max: 3 }), { nil: null }),
    hash: fc.constantFrom("x", "y"),
  }).map(({ entity, ...hint }) => new HintCommand(entity, hint)),
  fc.constant(new ClaimCommand()),
  fc.constant(new ClaimCommand()),
  fc.record({
    // Mostly the latest hold.
    which: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(5) }),
    outcome: fc.constantFrom<OutcomeName>("done", "done", "retry", "outage", "wait", "park", "dead"),
    delay: fc.constantFrom(0, 5, 90),
    reason: fc.constantFrom(...REASONS),
  }).map(({ which, outcome, delay, reason }) => new SettleCommand(which, outcome, delay, reason)),
  fc.constantFrom(1, 30, 61, 100).map((seconds) => new WaitCommand(seconds)),
  fc.constantFrom(...REASONS).map((reason) => new ReplayCommand(reason)),
], { maxCommands: 60, size: "max" });

Deno.test("the queue does what its model does, whatever happens in which order", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await addPairs(sql);
  await fc.assert(
    fc.asyncProperty(commands, async (commands) => {
      await sql`truncate plane.sync_queue, plane.webhook_delivery, plane.sync_waiting`;
      await fc.asyncModelRun(() => ({ model: new QueueModel(), real: { sql, holds: [] } }), commands);
    }),
    { numRuns: 60 },
  );
});

Deno.test("whatever happened before: when everybody does their work, the queue empties", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await addPairs(sql);
  await fc.assert(
    fc.asyncProperty(commands, async (commands) => {
      await sql`truncate plane.sync_queue, plane.webhook_delivery, plane.sync_waiting`;
      const model = new QueueModel();
      await fc.asyncModelRun(() => ({ model, real: { sql, holds: [] } }), commands);
      await sql`update plane.sync_config set enabled = true where plane_type = 'issue'`;
      for (const reason of REASONS) {
        await sql`select plane.replay(p_reason => ${reason}, p_now => ${at(model.now)})`;
      }
      const later = at(1_000_000_000);
      for (let rounds = 0; rounds <= ENTITIES.length; rounds++) {
        for (const held of await claim(sql, later, 10)) await settle(sql, held, "done", later);
      }
      const [left] = await sql`
        select (select count(*)::int from plane.sync_queue) as queued,
          (select count(*)::int from plane.webhook_delivery where status <> 'processed') as open`;
      assert.deepEqual({ ...left }, { queued: 0, open: 0 });
    }),
    { numRuns: 20 },
  );
});
