import assert from "node:assert/strict";
import { startSandboxPlane } from "../../../dev/sandbox/plane/server.ts";
import { PlaneClient, type PlaneTransport } from "../../../shared/plane/client.ts";

const CONFIG = { baseUrl: "https://plane.example", apiKey: "plane_api_key", workspaceSlug: "acme" };
const STAMPS = { created_at: "2026-11-21T03:37:19.706780+01:00", updated_at: "2026-11-21T02:37:20Z" };
const IN_UTC = { created_at: "2026-11-21T02:37:19.706780Z", updated_at: "2026-11-21T02:37:20.000000Z" };

function clientAnswering(...bodies: unknown[]) {
  const asked: string[] = [];
  const wrap = (): PlaneTransport => ({ method, path, query }) => {
    asked.push(`${method} ${path.slice(2).join("/")}?${new URLSearchParams(query)}`);
    return Promise.resolve({ status: 200, headers: new Headers(), body: bodies.shift() });
  };
  return { client: new PlaneClient(CONFIG, { fetch, wrap }), asked };
}

const page = (...results: unknown[]) => ({ results, next_page_results: false });

Deno.test("a project of the community edition has plain text only; a rich description of others is kept", async () => {
  const bare = { id: "p", name: "n", identifier: "N", ...STAMPS };
  const { client } = clientAnswering(
    { ...bare, description_html: null, description_text: { type: "doc" }, network: 2, cycle_view: true },
    { ...bare, description_html: "<p>x</p>", description_text: "x", project_lead: "u", is_member: true },
  );
  const community = await client.project("p");
  assert.deepEqual(community, {
    id: "p",
    name: "n",
    identifier: "N",
    description: null,
    description_html: null,
    description_text: null,
    project_lead: null,
    default_assignee: null,
    network: 2,
    cycle_view: true,
    module_view: false,
    is_member: null,
    archived_at: null,
    timezone: null,
    external_id: null,
    external_source: null,
    ...IN_UTC,
  });
  const other = await client.project("p");
  assert.deepEqual(
    [other.description_html, other.description_text, other.project_lead, other.is_member],
    ["<p>x</p>", "x", "u", true],
  );
});

Deno.test("the edges of a cycle are points in time in UTC; bare days of older versions stay days", async () => {
  const bare = { id: "c", project: "p", name: "n", ...STAMPS };
  const { client } = clientAnswering(
    { ...bare, start_date: "2026-11-22T00:00:01+01:00", end_date: "2026-12-05T22:59:00Z" },
    { ...bare, start_date: "2026-11-22", end_date: "2026-12-05" },
    { ...bare, start_date: "soon" },
  );
  const dates = async () => {
    const { start_date, end_date } = await client.cycle("p", "c");
    return [start_date, end_date];
  };
  assert.deepEqual(await dates(), ["2026-11-21T23:00:01.000000Z", "2026-12-05T22:59:00.000000Z"]);
  assert.deepEqual(await dates(), ["2026-11-22", "2026-12-05"]);
  await assert.rejects(client.cycle("p", "c"), {
    code: "plane_bad_answer",
    facts: { operation: "read cycle", fields: "start_date" },
  });
});

Deno.test("only the ids of a cycle's and a module's work items are asked for, in an order that stands still", async () => {
  const { client, asked } = clientAnswering(page({ id: "a" }, { id: "b" }), page({ id: "b" }));
  assert.deepEqual(await client.cycleItems("p", "c"), ["a", "b"]);
  assert.deepEqual(await client.moduleItems("p", "m"), ["b"]);
  assert.deepEqual(asked, [
    "GET projects/p/cycles/c/cycle-issues?fields=id&order_by=created_at&per_page=100",
    "GET projects/p/modules/m/module-issues?fields=id&order_by=created_at&per_page=100",
  ]);
});

Deno.test("a module and an activity without what some versions leave out are still read", async () => {
  const { client } = clientAnswering(
    { id: "m", project: "p", name: "n", description_html: { odd: 1 }, ...STAMPS },
    page({ id: "a", ...STAMPS, old_value: { odd: 1 }, new_value: "High", field: "priority", actor: "u" }),
  );
  const { members, lead, status, description_html } = await client.module("p", "m");
  assert.deepEqual([members, lead, status, description_html], [[], null, null, null]);
  const [activity] = await Array.fromAsync(client.activities("p", "i"));
  assert.deepEqual(
    [activity?.field, activity?.old_value, activity?.new_value, activity?.actor, activity?.created_at],
    ["priority", null, "High", "u", IN_UTC.created_at],
  );
});

Deno.test("an archived work item is told from a deleted one, and a wrong key is neither", async () => {
  const plane = await startSandboxPlane();
  try {
    const open = (apiKey: string) =>
      new PlaneClient({ baseUrl: plane.url, workspaceSlug: "acme", apiKey }, { fetch });
    const client = open(plane.apiKeys.service);
    const { id: projectId } = await client.createProject({ name: "Gone", identifier: "GONE" });
    const make = async () => (await client.createWorkItem(projectId, { name: "x" })).id;
    const [archived, deleted] = [await make(), await make()];
    await client.updateWorkItem(projectId, archived, { archived_at: "2026-11-21" });
    await client.deleteWorkItem(projectId, deleted);
    assert.equal((await client.archivedWorkItem(projectId, archived))?.archived_at, "2026-11-21");
    assert.equal(await client.archivedWorkItem(projectId, deleted), null);
    await assert.rejects(open("plane_api_wrong").archivedWorkItem(projectId, archived), {
      code: "plane_forbidden",
    });
  } finally {
    await plane.close();
  }
});
