import assert from "node:assert/strict";
import { type SandboxPlane, startSandboxPlane } from "../../../dev/sandbox/plane/server.ts";
import { SuiteError } from "../../../shared/errors.ts";
import {
  PlaneClient,
  type PlaneClientDependencies,
  type PlaneTransport,
} from "../../../shared/plane/client.ts";
import { withRetries } from "../../../shared/plane/with_retries.ts";

const EXTERNAL = { external_id: "project.task,7", external_source: "odoo" };
const FIND = { id: EXTERNAL.external_id, source: EXTERNAL.external_source };

interface Scene {
  plane: SandboxPlane;
  client: PlaneClient;
  projectId: string;
}

/** A sandbox Plane with one project, and a client of its administrator. */
async function withProject(work: (scene: Scene) => Promise<void>, wrap?: PlaneClientDependencies["wrap"]) {
  const plane = await startSandboxPlane({ requestsPerMinute: 10_000 });
  try {
    const client = new PlaneClient(
      { baseUrl: plane.url, apiKey: plane.apiKeys.alice, workspaceSlug: plane.workspaceSlug },
      { fetch, ...(wrap === undefined ? {} : { wrap }) },
    );
    const project = await client.createProject({ name: "Writes", identifier: "WRT" });
    await work({ plane, client, projectId: project.id });
  } finally {
    await plane.close();
  }
}

const retrying = (transport: PlaneTransport) =>
  withRetries(transport, {
    deadlineMs: 30_000,
    now: () => performance.now(),
    random: () => 0,
    pause: () => Promise.resolve(),
  });

Deno.test("a work item is made once per external id, changed, found and deleted", async () => {
  await withProject(async ({ client, projectId }) => {
    assert.equal(await client.findWorkItem(projectId, FIND), undefined);
    const made = await client.createWorkItem(projectId, { name: "From Odoo", priority: "high", ...EXTERNAL });
    assert.ok(made.created && made.record.name === "From Odoo" && made.record.priority === "high");
    const again = await client.createWorkItem(projectId, { name: "Again", ...EXTERNAL });
    assert.deepEqual(again, { created: false, id: made.id });
    const changed = await client.updateWorkItem(projectId, made.id, {
      target_date: "2026-12-24",
      name: "Changed",
    });
    assert.deepEqual([changed.name, changed.target_date, changed.priority], [
      "Changed",
      "2026-12-24",
      "high",
    ]);
    assert.equal((await client.findWorkItem(projectId, FIND))?.id, made.id);
    await client.deleteWorkItem(projectId, made.id);
    await assert.rejects(client.workItem(projectId, made.id), { code: "plane_not_found" });
    assert.equal(await client.findWorkItem(projectId, FIND), undefined);
  });
});

Deno.test("where Plane has let in two with one external id, the older one is found", async () => {
  await withProject(async ({ plane, client, projectId }) => {
    plane.faults.race(2);
    const both = await Promise.all(
      [1, 2].map((name) => client.createWorkItem(projectId, { name: `racer ${name}`, ...EXTERNAL })),
    );
    assert.deepEqual(both.map(({ created }) => created), [true, true]);
    const oldest = both.flatMap((each) => each.created ? [each.record] : [])
      .toSorted((left, right) => left.created_at < right.created_at ? -1 : 1)[0];
    assert.equal((await client.findWorkItem(projectId, FIND))?.id, oldest?.id);
  });
});

Deno.test("comments, states, labels and projects are made and changed", async () => {
  await withProject(async ({ client, projectId }) => {
    const item = await client.createWorkItem(projectId, { name: "Talked about" });
    const comment = await client.createComment(projectId, item.id, {
      comment_html: "<p>one</p>",
      ...EXTERNAL,
    });
    assert.equal(
      (await client.createComment(projectId, item.id, { comment_html: "<p>x</p>", ...EXTERNAL })).id,
      comment.id,
    );
    const edited = await client.updateComment(projectId, item.id, comment.id, { comment_html: "<p>two</p>" });
    assert.equal(edited.comment_html, "<p>two</p>");
    const texts: string[] = [];
    for await (const { comment_html } of client.comments(projectId, item.id)) texts.push(comment_html);
    assert.deepEqual(texts, ["<p>two</p>"]);
    await client.deleteComment(projectId, item.id, comment.id);

    const state = await client.createState(projectId, { name: "Review", color: "#112233", group: "started" });
    assert.deepEqual(
      await client.createState(projectId, { name: "Review", color: "#000000", group: "started" }),
      {
        created: false,
        id: state.id,
      },
    );
    assert.equal((await client.updateState(projectId, state.id, { name: "In review" })).name, "In review");
    const label = await client.createLabel(projectId, { name: "Odoo", color: "#112233" });
    assert.equal((await client.createLabel(projectId, { name: "Odoo" })).id, label.id);
    assert.equal((await client.updateLabel(projectId, label.id, { name: "ERP" })).name, "ERP");
    assert.equal((await client.updateProject(projectId, { name: "Renamed" })).name, "Renamed");
    await assert.rejects(client.createProject({ name: "Renamed", identifier: "OTHER" }), {
      code: "plane_conflict",
    });
  });
});

Deno.test("a list shows the chosen fields, expanded references and order, and goes over many pages", async () => {
  await withProject(async ({ client, projectId }) => {
    for (let number = 0; number < 230; number++) {
      await client.createWorkItem(projectId, { name: `item ${number}` });
    }
    const names: string[] = [];
    for await (const item of client.workItems(projectId)) names.push(item.name);
    assert.deepEqual(names, Array.from({ length: 230 }, (_, number) => `item ${number}`));
    const [newest] = await Array.fromAsync(
      client.workItemRows(projectId, {
        fields: ["name", "state"],
        expand: ["state"],
        orderBy: "-created_at",
      }),
    );
    assert.deepEqual(Object.keys(newest ?? {}).sort(), ["id", "name", "state"]);
    assert.equal(newest?.name, "item 229");
    assert.equal((newest?.state as { group?: string }).group, "backlog");
  });
});

Deno.test("a creation with an external id survives a bad gateway and a 429; one without is not repeated", async () => {
  await withProject(async ({ plane, client, projectId }) => {
    plane.faults.next({ kind: "status", status: 502 });
    plane.faults.next({ kind: "status", status: 429, headers: { "Retry-After": "1" } });
    const made = await client.createWorkItem(projectId, { name: "Once", ...EXTERNAL });
    assert.equal(made.created, true);
    const items = await Array.fromAsync(client.workItems(projectId));
    assert.equal(items.length, 1);
    plane.faults.next({ kind: "status", status: 502 });
    await assert.rejects(client.createWorkItem(projectId, { name: "No external id" }), {
      code: "plane_server_error",
      outcomeUnknown: true,
    });
  }, retrying);
});

Deno.test("a creation whose answer is lost ends with the record that was made, not with a second one", async () => {
  let lost = false;
  const loseOneCreation: PlaneClientDependencies["wrap"] = (transport) => {
    const wrapped = async (...args: Parameters<typeof transport>) => {
      const answer = await transport(...args);
      if (args[0].operation !== "create work item" || lost) return answer;
      lost = true;
      throw new SuiteError("plane_server_error", { facts: { status: 502 }, outcomeUnknown: true });
    };
    return retrying(wrapped);
  };
  await withProject(async ({ client, projectId }) => {
    const made = await client.createWorkItem(projectId, { name: "Once", ...EXTERNAL });
    assert.deepEqual((await Array.fromAsync(client.workItems(projectId))).map(({ id }) => id), [made.id]);
    assert.equal(lost, true);
  }, loseOneCreation);
});

Deno.test("what the workspace's plan does not include is never tried again", async () => {
  await withProject(async ({ plane, client, projectId }) => {
    plane.faults.next({ kind: "status", status: 402, body: '{"error":"Payment required"}' });
    await assert.rejects(client.createLabel(projectId, { name: "x" }), {
      code: "plane_plan_required",
      retry: "never",
    });
  }, retrying);
});

Deno.test("other requests of Plane's API go the same way", async () => {
  await withProject(async ({ client, projectId }) => {
    const path = ["workspaces", client.workspaceSlug, "projects", projectId, "work-items"];
    await assert.rejects(client.send({ operation: "upsert", method: "PUT", path, body: {} }), {
      code: "plane_rejected",
    });
    const answer = await client.send({ operation: "look", method: "GET", path, query: { per_page: "1" } });
    assert.equal(answer.status, 200);
  });
});
