import assert from "node:assert/strict";
import { startSandboxPlane } from "../../../dev/sandbox/plane/server.ts";
import { SuiteError } from "../../../shared/errors.ts";
import { PlaneClient, type PlaneTransport } from "../../../shared/plane/client.ts";

const CONFIG = { baseUrl: "https://plane.example", apiKey: "plane_api_key", workspaceSlug: "acme" };
const STAMPS = { created_at: "2026-11-21T03:37:19.706780+01:00", updated_at: "2026-11-21T02:37:20Z" };

/** A client whose transport answers these bodies in order; `queries` are what it was asked for. */
function clientAnswering(...bodies: unknown[]) {
  const queries: Readonly<Record<string, string>>[] = [];
  const wrap = (): PlaneTransport => (request) => {
    queries.push(request.query ?? {});
    return Promise.resolve({ status: 200, headers: new Headers(), body: bodies.shift() });
  };
  return { client: new PlaneClient(CONFIG, { fetch, wrap }), queries };
}

Deno.test("unknown fields are ignored and absent ones are null or empty", async () => {
  const { client } = clientAnswering({
    id: "i",
    project: "p",
    name: "n",
    priority: "low",
    surprise: { x: 1 },
    ...STAMPS,
  });
  assert.deepEqual(await client.workItem("p", "i"), {
    id: "i",
    project: "p",
    name: "n",
    description_html: null,
    priority: "low",
    state: null,
    parent: null,
    assignees: [],
    labels: [],
    start_date: null,
    target_date: null,
    completed_at: null,
    archived_at: null,
    sequence_id: null,
    is_draft: false,
    created_at: "2026-11-21T02:37:19.706780Z",
    updated_at: "2026-11-21T02:37:20.000000Z",
    created_by: null,
    updated_by: null,
    external_id: null,
    external_source: null,
  });
});

Deno.test("every stamp is shown in UTC", async () => {
  const item = { id: "i", project: "p", name: "n", priority: "low", ...STAMPS };
  const { client } = clientAnswering({ ...item, completed_at: "2026-11-21T04:00:00.5+01:00" });
  const read = await client.workItem("p", "i");
  assert.deepEqual([read.created_at, read.updated_at, read.completed_at], [
    "2026-11-21T02:37:19.706780Z",
    "2026-11-21T02:37:20.000000Z",
    "2026-11-21T03:00:00.500000Z",
  ]);
});

Deno.test("an answer that does not fit names the fields, not their values", async () => {
  const { client } = clientAnswering({ id: "i", project: "p", name: 7, priority: "a secret", ...STAMPS });
  const thrown = await client.workItem("p", "i").catch((error: unknown) => error);
  assert.ok(thrown instanceof SuiteError);
  assert.equal(thrown.code, "plane_bad_answer");
  assert.deepEqual(thrown.facts, { operation: "read work item", fields: "name priority" });
  assert.doesNotMatch(JSON.stringify(thrown.facts) + thrown.message, /secret/);
});

Deno.test("a list that claims a next page but shows nothing ends", async () => {
  const { client, queries } = clientAnswering({
    results: [],
    next_page_results: true,
    next_cursor: "100:1:0",
  });
  assert.deepEqual(await client.states("p"), []);
  assert.equal(queries.length, 1);
});

Deno.test("a list without an envelope is plane_bad_answer", async () => {
  const { client } = clientAnswering([]);
  await assert.rejects(client.labels("p"), { code: "plane_bad_answer" });
});

Deno.test("a client needs a workspace", () => {
  assert.throws(() => new PlaneClient({ ...CONFIG, workspaceSlug: " " }, { fetch }), {
    code: "plane_not_configured",
  });
});

Deno.test("the client reads from the sandbox with the rights of its key", async () => {
  const plane = await startSandboxPlane();
  try {
    const open = (apiKey: string) =>
      new PlaneClient({ baseUrl: `${plane.url}/api/v1/`, workspaceSlug: "acme", apiKey }, { fetch });
    const alice = open(plane.apiKeys.alice);
    assert.equal((await alice.me()).email, "alice@example.test");
    const roles = (await alice.members()).map((member) => [member.display_name, member.role]);
    assert.deepEqual(roles, [["sync-bot", 15], ["gus", 5], ["bob", 15], ["alice", 20]]);
    const project = await plane.api("POST", "/projects/", { name: "Read", identifier: "READ" });
    const projectId = String(project.id);
    assert.equal((await alice.project(projectId)).identifier, "READ");
    assert.deepEqual((await alice.projectMembers(projectId)).map(({ email, role }) => [email, role]), [[
      "alice@example.test",
      null,
    ]]);
    for (const key of [plane.apiKeys.expired, plane.apiKeys.outsider, plane.apiKeys.bob]) {
      await assert.rejects(open(key).states(projectId), { code: "plane_forbidden" });
    }
  } finally {
    await plane.close();
  }
});

Deno.test("the request limit is plane_rate_limited, with the time to wait", async () => {
  const plane = await startSandboxPlane({ requestsPerMinute: 2, now: () => 1_800_000_000_000 });
  try {
    const client = new PlaneClient({ baseUrl: plane.url, workspaceSlug: "acme", apiKey: plane.apiKeys.bot }, {
      fetch,
    });
    await client.me();
    await client.me();
    await assert.rejects(client.me(), { code: "plane_rate_limited", retryAfterMs: 60_000 });
  } finally {
    await plane.close();
  }
});

Deno.test("an archived work item is plane_not_found like a deleted one", async () => {
  const plane = await startSandboxPlane();
  try {
    const client = new PlaneClient(
      { baseUrl: plane.url, workspaceSlug: "acme", apiKey: plane.apiKeys.alice },
      { fetch },
    );
    const projectId = String(
      (await plane.api("POST", "/projects/", { name: "Archive", identifier: "ARC" })).id,
    );
    const done = (await client.states(projectId)).find((state) => state.group === "completed");
    const item = await plane.api("POST", `/projects/${projectId}/work-items/`, {
      name: "x",
      state: done?.id,
    });
    plane.web.archive(String(item.id));
    await assert.rejects(client.workItem(projectId, String(item.id)), { code: "plane_not_found" });
    plane.web.unarchive(String(item.id));
    assert.equal((await client.workItem(projectId, String(item.id))).name, "x");
  } finally {
    await plane.close();
  }
});
