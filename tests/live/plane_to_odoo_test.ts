/** The whole way from a Plane webhook to a real Odoo, over both protocols: every mapped field, changes, and one record only. */
import assert from "node:assert/strict";
import type { SandboxPlane } from "../../dev/sandbox/plane/server.ts";
import type { OdooClientConfig } from "../../shared/odoo/client.ts";
import { normalisePlane } from "../../shared/webhook/normalise_plane.ts";
import { recordDelivery } from "../../shared/store/deliveries.ts";
import { createSyncWorld, type SyncWorld } from "../support/sync_world.ts";

const { ODOO_URL, ODOO_DB, ODOO_LOGIN, ODOO_API_KEY } = Deno.env.toObject();

interface Scene {
  world: SyncWorld;
  plane: SandboxPlane;
  project: string;
  user: number;
  tag: string;
  /** Stores everything Plane has sent since the last time and processes it. */
  arrive(): Promise<void>;
}

async function scene(protocol: "json2" | "jsonrpc"): Promise<Scene> {
  const realOdoo: OdooClientConfig = {
    url: ODOO_URL ?? "",
    database: ODOO_DB ?? "",
    login: ODOO_LOGIN ?? "",
    apiKey: ODOO_API_KEY ?? "",
    protocol,
  };
  const world = await createSyncWorld({ withPlane: true, realOdoo });
  const { plane } = world;
  assert(plane !== undefined);
  const unique = crypto.randomUUID().slice(0, 8);
  // Odoo never lets a login be used twice; the sandbox's people get an Odoo user by the e-mail address.
  const [found] = await world.odoo.search("res.users", [["login", "=", plane.users.alice.email]]);
  const user = found ??
    (await world.odoo.create("res.users", [{ name: "Alice", login: plane.users.alice.email }]))[0];
  assert(user !== undefined);
  const receiver = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => Response.json({ ok: true }),
  );
  plane.webhooks.add({ url: `http://127.0.0.1:${receiver.addr.port}/` });
  let arrived = 0;
  const arrive = async () => {
    await plane.idle();
    for (const { body } of plane.deliveries.slice(arrived)) {
      const delivery = normalisePlane(
        JSON.parse(body),
        new TextEncoder().encode(body),
        crypto.randomUUID(),
        crypto.randomUUID(),
      );
      await recordDelivery(world.sql, delivery, body);
    }
    arrived = plane.deliveries.length;
    await world.drain();
  };
  const project = await plane.api("POST", "/projects/", {
    name: `Live ${unique}`,
    identifier: unique.slice(0, 6).toUpperCase(),
  });
  await arrive();
  await receiver.shutdown();
  return { world, plane, project: String(project.id), user, tag: `tag ${unique}`, arrive };
}

async function stateId({ plane, project }: Scene, name: string): Promise<string> {
  const { results } = await plane.api("GET", `/projects/${project}/states/`);
  const state = (results as { id: string; name: string }[]).find((candidate) => candidate.name === name);
  return state?.id ?? assert.fail(`no state ${name}`);
}

for (const protocol of ["json2", "jsonrpc"] as const) {
  Deno.test(`${protocol}: a project and a work item exist in Odoo with every mapped field`, async () => {
    const live = await scene(protocol);
    const { world, plane, project, arrive } = live;
    try {
      const stages = await world.odoo.searchRead(
        "project.task.type",
        [["project_ids", "in", [(await world.partner("project", project)).id]]],
        ["name", "fold"],
        { order: "sequence asc, id asc" },
      );
      assert.deepEqual(stages.map(({ name }) => name), [
        "Backlog",
        "Todo",
        "In Progress",
        "Done",
        "Cancelled",
      ]);

      const parent = await plane.api("POST", `/projects/${project}/work-items/`, { name: "Parent" });
      const label = await plane.api("POST", `/projects/${project}/labels/`, { name: live.tag });
      const item = await plane.api("POST", `/projects/${project}/work-items/`, {
        name: "Übersicht 東京 🚀",
        description_html:
          '<p>Grüße <strong>fett</strong> <a href="https://example.test/x">link</a></p><ul><li><p>eins</p></li></ul>',
        priority: "urgent",
        state: await stateId(live, "In Progress"),
        assignees: [plane.users.alice.id],
        labels: [label.id],
        target_date: "2026-11-30",
        parent: parent.id,
      });
      await arrive();
      const task = await world.partner("issue", String(item.id));
      assert.equal(task.name, "Übersicht 東京 🚀");
      assert.match(String(task.description), /Grüße <strong>fett<\/strong>/);
      assert.equal(task.priority, "3");
      assert.equal((task.stage_id as unknown[])[1], "In Progress");
      assert.equal(task.state, "01_in_progress");
      assert.deepEqual(task.user_ids, [live.user]);
      const tags = await world.odoo.read("project.tags", task.tag_ids as number[], ["name"]);
      assert.deepEqual(tags.map(({ name }) => name), [live.tag]);
      assert.equal(task.date_deadline, "2026-11-30 12:00:00");
      assert.equal((task.parent_id as unknown[])[1], "Parent");
      assert.equal((task.project_id as unknown[])[0], (await world.partner("project", project)).id);
    } finally {
      await world.close();
    }
  });

  Deno.test(`${protocol}: changes, closing, reopening, archiving and clearing arrive; a second drain writes nothing`, async () => {
    const live = await scene(protocol);
    const { world, plane, project, arrive } = live;
    try {
      const item = String(
        (await plane.api("POST", `/projects/${project}/work-items/`, {
          name: "First",
          description_html: "<p>one</p>",
          target_date: "2026-11-30",
          assignees: [plane.users.alice.id],
        })).id,
      );
      const change = async (fields: object) => {
        await plane.api("PATCH", `/projects/${project}/work-items/${item}/`, fields);
        await arrive();
        return await world.partner("issue", item);
      };
      await arrive();
      const closed = await change({
        name: "Second",
        priority: "low",
        state: await stateId(live, "Done"),
        description_html: "<p>two</p>",
      });
      assert.deepEqual([closed.name, closed.priority, closed.state], ["Second", "0", "1_done"]);
      assert.match(String(closed.description), /two/);
      const reopened = await change({ state: await stateId(live, "Todo") });
      assert.deepEqual([(reopened.stage_id as unknown[])[1], reopened.state], ["Todo", "01_in_progress"]);
      const cleared = await change({ target_date: null, assignees: [], description_html: "<p></p>" });
      assert.deepEqual([cleared.date_deadline, cleared.user_ids], [false, []]);
      assert.equal((await change({ archived_at: "2026-11-21" })).active, false);
      assert.equal((await change({ archived_at: null })).active, true);

      const [before] = await world.odoo.read("project.task", [
        Number((await world.partner("issue", item)).id),
      ], ["write_date"]);
      await world.sql`select plane.enqueue_sync('plane', ${item}, 'issue', 'update', ${
        JSON.stringify({ project_id: project })
      }::text::jsonb)`;
      await world.drain();
      const [after] = await world.odoo.read(
        "project.task",
        [Number((await world.partner("issue", item)).id)],
        ["write_date"],
      );
      assert.equal(after?.write_date, before?.write_date);
    } finally {
      await world.close();
    }
  });

  Deno.test(`${protocol}: eight workers make one record of a work item, and a record deleted in Odoo stays deleted`, async () => {
    const live = await scene(protocol);
    const { world, plane, project, arrive } = live;
    try {
      const name = `Once ${crypto.randomUUID()}`;
      const item = String((await plane.api("POST", `/projects/${project}/work-items/`, { name })).id);
      await Promise.all([arrive(), ...Array.from({ length: 7 }, () => world.drain())]);
      await world.drain();
      const ids = await world.odoo.search("project.task", [["name", "=", name]], {}, {
        context: { active_test: false },
      });
      assert.deepEqual(ids, [(await world.partner("issue", item)).id]);

      await world.odoo.call("project.task", "unlink", { ids });
      await plane.api("PATCH", `/projects/${project}/work-items/${item}/`, { priority: "high" });
      await arrive();
      assert.deepEqual(
        await world.odoo.search("project.task", [["name", "=", name]], {}, {
          context: { active_test: false },
        }),
        [],
      );
    } finally {
      await world.close();
    }
  });
}
