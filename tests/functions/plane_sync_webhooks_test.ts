/** plane-sync's webhooks over a real database: what is answered, what is stored, what is queued. */
import assert from "node:assert/strict";
import { capturedPosts } from "../support/captured_posts.ts";
import { createTestDatabase } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { ISSUE, issueEnvelope, PROJECT, projectEnvelope } from "../support/plane_envelopes.ts";
import { KEYS, startPlaneSync } from "../support/plane_sync.ts";

Deno.test("a work item's webhook is stored, queued and answered in the promised shape", async () => {
  await using database = await createTestDatabase();
  await using sync = startPlaneSync(database.url);
  const body = JSON.stringify(issueEnvelope(3, {}, "updated"));
  const answer = await sync.webhook("plane", body);
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("content-type") ?? "", /^application\/json/);
  assert.deepEqual(await answer.json(), {
    ok: true,
    success: true,
    duplicate: false,
    queued: true,
    source_id: ISSUE,
    target_id: null,
    plane_issue_id: ISSUE,
    entity_type: "issue",
    action: "update",
    event: "issue.updated",
  });
  const stored = await database
    .sql`select source, envelope, event_type, entity_id, body from plane.webhook_delivery`;
  assert.deepEqual([...stored], [{
    source: "plane",
    envelope: "plane_v1",
    event_type: "issue.updated",
    entity_id: ISSUE,
    body,
  }]);
});

Deno.test("the same bytes again are answered 200 as a duplicate and change nothing", async () => {
  await using database = await createTestDatabase();
  await using sync = startPlaneSync(database.url);
  const body = JSON.stringify(projectEnvelope(1));
  await (await sync.webhook("plane", body, { "x-plane-delivery": crypto.randomUUID() })).body?.cancel();
  const again = await sync.webhook("plane", body, { "x-plane-delivery": crypto.randomUUID() });
  assert.equal(again.status, 200);
  const { ok, duplicate, queued, source_id, plane_issue_id } = await again.json();
  assert.deepEqual({ ok, duplicate, queued, source_id, plane_issue_id }, {
    ok: true,
    duplicate: true,
    queued: false,
    source_id: PROJECT,
    plane_issue_id: null,
  });
  const [counted] = await database.sql`select count(*)::int as stored from plane.webhook_delivery`;
  assert.equal(counted?.stored, 1);
});

Deno.test("every captured webhook of a real Plane is stored once, with a queue row per record", async () => {
  await using database = await createTestDatabase();
  await using sync = startPlaneSync(database.url, {
    PLANE_WEBHOOK_SECRET: "plane_wh_394cc161d450419da4ae1937d8b1eecb",
    PLANE_WEBHOOK_SECRET_PREVIOUS: undefined,
  });
  const posts = capturedPosts().filter(({ secret }) =>
    secret === "plane_wh_394cc161d450419da4ae1937d8b1eecb"
  );
  let duplicates = 0;
  for (const post of posts) {
    const answer = await sync.webhook("plane", post.text, {
      "x-plane-signature": post.signature,
      "x-plane-delivery": post.deliveryId,
    });
    assert.equal(answer.status, 200, `seq ${post.seq}`);
    if ((await answer.json()).duplicate) duplicates += 1;
  }
  assert.equal(duplicates, 7);
  const [counted] = await database.sql`
    select (select count(*)::int from plane.webhook_delivery) as stored,
      (select count(*)::int from plane.webhook_delivery where status = 'ignored') as ignored`;
  assert.deepEqual(counted, { stored: posts.length - 7, ignored: 0 });
});

Deno.test("both live secrets of a source are accepted", async () => {
  await using database = await createTestDatabase();
  const body = JSON.stringify(projectEnvelope(1));
  await using rotated = startPlaneSync(database.url, {
    PLANE_WEBHOOK_SECRET: "plane_wh_new",
    PLANE_WEBHOOK_SECRET_PREVIOUS: KEYS.planeSecret,
  });
  assert.equal((await rotated.webhook("plane", body)).status, 200);
});

Deno.test("a signed event nobody knows is stored under its name, makes no work and is answered 200", async () => {
  await using database = await createTestDatabase();
  await using sync = startPlaneSync(database.url);
  const answer = await sync.webhook("plane", '{"event":"customer.created","data":{"id":"1"}}');
  assert.equal(answer.status, 200);
  const { ok, queued, source_id, entity_type, event } = await answer.json();
  assert.deepEqual({ ok, queued, source_id, entity_type, event }, {
    ok: true,
    queued: false,
    source_id: null,
    entity_type: null,
    event: "customer.created",
  });
  const [row] = await database.sql`
    select event_type, status, (select count(*)::int from plane.sync_queue) as queued from plane.webhook_delivery`;
  assert.deepEqual(row, { event_type: "customer.created", status: "ignored", queued: 0 });
  assert.equal(sync.background.length, 0);
});

Deno.test("the promised Python snippet's request is stored, and stored again when it comes again", async () => {
  await using database = await createTestDatabase();
  await using sync = startPlaneSync(database.url);
  const body = '{"model": "project.task", "action": "write", "data": {"id": 42, "name": "Pr\\u00fcfung"}}';
  for (const expected of [1, 2]) {
    const answer = await sync.webhook("odoo", body);
    assert.equal(answer.status, 200);
    const { ok, success, duplicate, source_id, entity_type, action, plane_issue_id } = await answer.json();
    assert.deepEqual({ ok, success, duplicate, source_id, entity_type, action, plane_issue_id }, {
      ok: true,
      success: true,
      duplicate: false,
      source_id: "42",
      entity_type: "project.task",
      action: "update",
      plane_issue_id: null,
    });
    const [counted] = await database.sql`
      select (select count(*)::int from plane.webhook_delivery) as stored, (select count(*)::int from plane.sync_queue) as queued`;
    assert.deepEqual(counted, { stored: expected, queued: 1 });
  }
});

Deno.test("an Odoo delivery with a signed id is stored once", async () => {
  await using database = await createTestDatabase();
  await using sync = startPlaneSync(database.url);
  const body = JSON.stringify({ model: "project.task", data: { id: 42 }, delivery_id: "outbox-17" });
  const answers = [await sync.webhook("odoo", body), await sync.webhook("odoo", body)];
  const duplicates = await Promise.all(answers.map(async (answer) => (await answer.json()).duplicate));
  assert.deepEqual(duplicates, [false, true]);
});

Deno.test("the answer names the partner a record has, and the Plane work item of an Odoo task", async () => {
  await using database = await createTestDatabase();
  await using sync = startPlaneSync(database.url);
  await database.sql`
    insert into plane.sync_mappings (plane_type, plane_id, odoo_model, odoo_id)
    values ('issue', ${ISSUE}, 'project.task', '42')`;
  const fromPlane = await (await sync.webhook("plane", JSON.stringify(issueEnvelope(1)))).json();
  assert.deepEqual([fromPlane.source_id, fromPlane.target_id, fromPlane.plane_issue_id], [
    ISSUE,
    "42",
    ISSUE,
  ]);
  const fromOdoo = await (await sync.webhook("odoo", '{"data":{"id":42}}')).json();
  assert.deepEqual([fromOdoo.source_id, fromOdoo.target_id, fromOdoo.plane_issue_id], ["42", ISSUE, ISSUE]);
  const queued = await database.sql`select entity_key from plane.sync_queue`;
  assert.deepEqual([...queued], [{ entity_key: `issue:${ISSUE}` }], "both sides' hints meet in one row");
});

Deno.test("the answer does not wait for what follows from the delivery", async () => {
  await using database = await createTestDatabase();
  await using sync = startPlaneSync(database.url);
  const holder = await database.sql.reserve();
  try {
    // Processing reads the configuration, so the drain hangs while the answer must be there.
    await holder`begin`;
    await holder`lock table plane.sync_config in access exclusive mode`;
    const answer = await sync.webhook("plane", JSON.stringify(projectEnvelope(1)));
    assert.equal((await answer.json()).queued, true);
    assert.equal(sync.background.length, 1);
    await eventually("the drain waits for the configuration", async () => {
      const [waiting] = await database.sql`
        select count(*)::int as count from pg_locks where relation = 'plane.sync_config'::regclass and not granted`;
      return waiting?.count === 1;
    });
    const [row] = await database.sql`select status from plane.sync_queue`;
    assert.equal(row?.status, "processing");
  } finally {
    await holder`rollback`;
    holder.release();
  }
});
