/** Several deliveries in one statement do what each alone would have done. */
import assert from "node:assert/strict";
import { recordDeliveries, recordDelivery } from "../../shared/store/deliveries.ts";
import type { Delivery } from "../../shared/delivery.ts";
import { createTestDatabase } from "../support/database.ts";

const BODY = '{"text": "\\u0000 \\ud83d \\"quoted\\" \\\\ back, 東京 🚀"}';

function delivery(name: string, given: Partial<Delivery> = {}): { delivery: Delivery; body: string } {
  return {
    delivery: {
      source: "plane",
      envelope: "plane_v1",
      dedupKey: `key ${name}`,
      deliveryId: `id ${name}`,
      eventType: "issue.updated",
      entity: { type: "issue", id: name },
      planeProjectId: "project",
      operation: "update",
      queue: true,
      priority: 5,
      observation: { at: "2026-01-31T12:00:00.123456Z", hash: `hash ${name}` },
      readFirst: false,
      ...given,
    },
    body: BODY,
  };
}

const VARIETY = [
  delivery("a"),
  delivery("b", { observation: null, readFirst: true, deliveryId: null, planeProjectId: null }),
  delivery("c", { queue: false, entity: null, observation: null, envelope: "unknown", priority: 0 }),
  delivery("a", {
    dedupKey: "newer",
    deliveryId: null,
    observation: { at: "2026-01-31T12:00:01.000000Z", hash: "newer" },
  }),
  delivery("a"),
  delivery("7", {
    source: "odoo",
    envelope: "odoo",
    entity: { type: "project.task", id: "7" },
    observation: null,
  }),
];

async function contents({ sql }: { sql: Awaited<ReturnType<typeof createTestDatabase>>["sql"] }) {
  return {
    ledger: await sql`
      select dedup_key, delivery_id, source, envelope, event_type, entity_type, entity_id, entity_key, observed_at, body, status
      from plane.webhook_delivery order by dedup_key`,
    queue: await sql`
      select entity_key, source_system, source_id, source_type, operation, priority, status, generation, plane_project_id,
        observed_at, observation_hash, read_first
      from plane.sync_queue order by entity_key`,
  };
}

Deno.test("together they leave the same rows and get the same answers as one by one", async () => {
  await using alone = await createTestDatabase();
  await using together = await createTestDatabase();
  for (const { sql } of [alone, together]) {
    await sql`insert into plane.sync_mappings (plane_type, plane_id, odoo_model, odoo_id) values ('issue', 'b', 'project.task', '7')`;
  }
  const answers = [];
  for (const { delivery, body } of VARIETY) answers.push(await recordDelivery(alone.sql, delivery, body));
  assert.deepEqual(await recordDeliveries(together.sql, VARIETY), answers);
  assert.deepEqual(answers.map(({ duplicate, targetId }) => [duplicate, targetId]), [
    [false, null],
    [false, "7"],
    [false, null],
    [false, null],
    [true, null],
    [false, "b"],
  ]);
  const [left, right] = [await contents(alone), await contents(together)];
  assert.deepEqual(right, left);
  assert.equal(left.ledger.length, 5);
  assert.equal(left.ledger[0]?.body, BODY, "byte for byte");
});

Deno.test("a group does not wait for a row somebody else holds: it stores nothing and says so", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await recordDeliveries(sql, [delivery("a")]);
  await sql.begin(async (other) => {
    await other`select from plane.sync_queue where entity_key = 'issue:a' for update`;
    await assert.rejects(
      recordDeliveries(sql, [delivery("b"), delivery("a", { dedupKey: "again", deliveryId: null })]),
      { code: "55P03" },
    );
  });
  const stored = await sql`select dedup_key from plane.webhook_delivery`;
  assert.deepEqual([...stored], [{ dedup_key: "key a" }]);
});

Deno.test("one delivery that cannot be stored keeps the others out, so that nobody is told what is not so", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  const bad = { ...delivery("bad"), body: "a \u0000 byte" };
  await assert.rejects(recordDeliveries(sql, [delivery("good"), bad]), { name: "PostgresError" });
  const stored = await sql`select dedup_key from plane.webhook_delivery`;
  assert.equal(stored.length, 0);
});
