/** Eight workers on one database, and deliveries that come twice and in any order. */
import assert from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { issueEnvelope, label, projectEnvelope, stamp, STATES } from "../support/plane_envelopes.ts";
import { assertNothingLeft } from "../support/plane_story.ts";
import type { FaultPlan } from "../support/programs/fault_worker.ts";
import { createReliabilityWorld, type ReliabilityWorld } from "../support/reliability_world.ts";

const PROGRAM = new URL("../support/programs/fault_worker.ts", import.meta.url).pathname;
const WORKERS = 8;
const PROJECTS = 4;
const ITEMS = 12;
const VERSIONS = 5;

const uuid = (kind: number, n: number) =>
  `${String(kind).repeat(8)}-0000-4000-8000-${String(n).padStart(12, "0")}`;

interface Expected {
  /** Plane id -> the newest name. */
  projects: Map<string, string>;
  items: Map<string, { name: string; project: string; priority: string; parent: string | null }>;
}

/** Every version of every record, each envelope twice. */
function everything(): { envelopes: object[]; expected: Expected } {
  const envelopes: object[] = [];
  const expected: Expected = { projects: new Map(), items: new Map() };
  for (let p = 0; p < PROJECTS; p++) {
    const project = uuid(1, p);
    for (let version = 1; version <= VERSIONS; version++) {
      const name = `Project ${p} v${version}`;
      envelopes.push(projectEnvelope(version, { id: project, name, identifier: `P${p}` }, "updated"));
      expected.projects.set(project, name);
    }
    for (let i = 0; i < ITEMS; i++) {
      const item = uuid(2, p * ITEMS + i);
      const parent = i % 3 === 0 ? null : uuid(2, p * ITEMS + i - i % 3);
      for (let version = 1; version <= VERSIONS; version++) {
        const name = `Item ${p}.${i} v${version}`;
        envelopes.push(issueEnvelope(version, {
          id: item,
          project,
          parent,
          name,
          priority: version === VERSIONS ? "high" : "low",
          state: version === VERSIONS ? STATES.started : STATES.todo,
          labels: [label(version, `Label ${version}`), label(9, "For all")],
          updated_at: stamp(version),
        }, "updated"));
        expected.items.set(item, { name, project, priority: "2", parent });
      }
    }
  }
  return { envelopes: [...envelopes, ...structuredClone(envelopes)], expected };
}

/** The same order for the same seed. */
function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const result = [...items];
  let state = seed;
  for (let left = result.length - 1; left > 0; left--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const other = state % (left + 1);
    [result[left], result[other]] = [result[other] as Item, result[left] as Item];
  }
  return result;
}

async function assertAllRight(world: ReliabilityWorld, expected: Expected): Promise<void> {
  const mappings = await world.worker.sql<{ plane_id: string; odoo_id: string }[]>`
    select plane_id, odoo_id from plane.sync_mappings where status = 'active'`;
  const odooIds = new Map(mappings.map(({ plane_id, odoo_id }) => [plane_id, Number(odoo_id)]));
  assert.equal(odooIds.size, expected.projects.size + expected.items.size);

  const projects = world.odoo.records("project.project");
  assert.deepEqual(
    new Map(projects.map(({ id, name }) => [id, name])),
    new Map([...expected.projects].map(([plane, name]) => [odooIds.get(plane), name])),
  );
  const first = (value: unknown) => Array.isArray(value) ? value[0] : value;
  const tasks = new Map(
    world.odoo.records("project.task").map((task) => [task.id, {
      name: task.name,
      project: first(task.project_id),
      parent: first(task.parent_id),
      priority: task.priority,
      stage: Array.isArray(task.stage_id) ? task.stage_id[1] : null,
      tags: (task.tag_ids as number[]).length,
    }]),
  );
  assert.deepEqual(
    tasks,
    new Map([...expected.items].map(([plane, { name, project, priority, parent }]) => [odooIds.get(plane), {
      name,
      project: odooIds.get(project),
      parent: parent === null ? false : odooIds.get(parent),
      priority,
      stage: "In Progress",
      tags: 2,
    }])),
  );
  const names = world.odoo.records("project.tags").map(({ name }) => name);
  assert.equal(new Set(names).size, names.length, "no label became two tags");
  await assertNothingLeft(world.worker.sql);
}

async function emptied(world: ReliabilityWorld): Promise<boolean> {
  await world.worker.drain();
  const [row] = await world.worker.sql`select count(*)::int as left from plane.sync_queue`;
  return row?.left === 0;
}

Deno.test("eight workers at once: one partner each, and the newest state wins whatever came when", async () => {
  await using world = await createReliabilityWorld({ concurrency: 4 }, { readsPlane: false });
  const { envelopes, expected } = everything();
  const order = shuffled(envelopes, 20260131);
  const early = order.splice(0, order.length / 2);
  for (const envelope of early) await world.deliver(envelope);

  const plan: FaultPlan = { target: world.target };
  const workers = Array.from(
    { length: WORKERS },
    () =>
      new Deno.Command(Deno.execPath(), { args: ["run", "-A", "--no-check", PROGRAM, JSON.stringify(plan)] })
        .output(),
  );
  // The other half comes while they work.
  for (const envelope of order) await world.deliver(envelope);
  for (const { code, stdout, stderr } of await Promise.all(workers)) {
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    const calls = JSON.parse(new TextDecoder().decode(stdout)) as string[];
    assert(calls.some((name) => name.startsWith("odoo.")), "each worker had something to do");
  }
  await eventually("everything is settled", () => emptied(world), 20_000);
  await assertAllRight(world, expected);
});

Deno.test("workers that lose their leases while they work do no harm", async () => {
  await using world = await createReliabilityWorld({ concurrency: 4 }, { readsPlane: false });
  const { envelopes, expected } = everything();
  for (const envelope of shuffled(envelopes, 7)) await world.deliver(envelope);

  // Each second claim ends all leases at once, while the former holders go on as if nothing had happened.
  let claims = 0;
  const drains = Array.from({ length: 4 }, () =>
    world.addWorker({}, async (name, call) => {
      if (name === "store.claim" && ++claims % 2 === 0 && claims < 100) await world.passTime();
      return await call();
    }).drain());
  const reports = await Promise.all(drains);
  assert(reports.some(({ lost }) => lost > 0), "somebody came too late");
  // Who lost its lease three times in a row was given up; that is for people to decide, as here.
  await world.worker.sql`update plane.sync_queue set crashes = 0`;
  await world.worker.sql`select plane.replay(p_reason => 'worker_crashed')`;
  await eventually("everything is settled", () => emptied(world), 20_000);
  await assertAllRight(world, expected);
});
