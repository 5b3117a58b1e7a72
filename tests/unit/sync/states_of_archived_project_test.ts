import assert from "node:assert/strict";
import { SuiteError } from "../../../shared/errors.ts";
import { PlaneClient } from "../../../shared/plane/client.ts";
import { createPlaneDirectory } from "../../../shared/sync/sides/plane_directory.ts";
import { statesOfStage } from "../../../shared/sync/lenses/states_of_stage.ts";

const PROJECT = "0b7e2c64-5a1f-4a63-9a51-0d8f2f1f0a11";

/** Plane with one archived project, which lists no states. */
function archivedPlane() {
  const posted: string[] = [];
  const answer: typeof fetch = (input, init) => {
    const { pathname } = new URL(String(input));
    if (init?.method === "POST") posted.push(pathname);
    if (init?.method === "POST" && pathname.endsWith("/states/")) {
      return Promise.resolve(
        Response.json({ id: crypto.randomUUID(), name: "To Do", group: "unstarted", color: "#60646C" }),
      );
    }
    if (pathname.endsWith(`/projects/${PROJECT}/`)) {
      return Promise.resolve(Response.json({
        id: PROJECT,
        name: "Old",
        identifier: "OLD",
        archived_at: "2026-01-31T00:00:00Z",
        updated_at: "2026-01-31T00:00:00Z",
        created_at: "2026-01-01T00:00:00Z",
      }));
    }
    return Promise.resolve(Response.json({
      results: [],
      total_count: 0,
      total_results: 0,
      total_pages: 0,
      count: 0,
      next_cursor: "100:1:0",
      prev_cursor: "100:-1:1",
      next_page_results: false,
      prev_page_results: false,
    }));
  };
  const client = new PlaneClient(
    { baseUrl: "http://plane.test", apiKey: "key", workspaceSlug: "acme" },
    { fetch: answer },
  );
  return { posted, access: { client, directory: createPlaneDirectory(client, () => 0) } };
}

Deno.test("no state is made in an archived project, which hides those it has", async () => {
  const { posted, access } = archivedPlane();
  const store = {
    readValues: () =>
      Promise.resolve({ user: new Map(), label: new Map(), state: new Map(), module: new Map() }),
    rememberValues: () => Promise.resolve(),
  };
  await assert.rejects(
    statesOfStage({ id: 1, stage_id: [7, "To Do"] }, PROJECT, access, { store }),
    (thrown) => thrown instanceof SuiteError && thrown.code === "plane_forbidden",
  );
  assert.deepEqual(posted, []);
});
