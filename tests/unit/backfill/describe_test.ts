/** How far a run has come, as people see it. */
import assert from "node:assert/strict";
import { describeRun, etaOf, totalOf } from "../../../shared/backfill/describe.ts";
import {
  nextProject,
  NOTHING_DONE,
  type Progress,
  readProgress,
  withDuplicates,
} from "../../../shared/backfill/steps/progress.ts";
import { projectReport } from "../../../shared/backfill/report.ts";
import type { RunRow } from "../../../shared/store/runs/runs.ts";

const project = (plane: string, items: number | null) => ({
  plane,
  odoo: 1,
  name: "",
  items,
  tasks: 0,
  others: 0,
  taken: 0,
});
const reading: Progress = {
  ...NOTHING_DONE,
  phase: "items",
  projects: [project("a", 1000), project("b", 500), project("c", null)],
  position: { ...NOTHING_DONE.position, read: 400 },
  counts: { ...NOTHING_DONE.counts, hinted: 402, plane_projects: 3, items: 400 },
  busy_ms: 60_000,
  remains: { active: 100, waiting: 2, resting: 0, dead: 0 },
};
const row = (progress: Progress): RunRow => ({
  id: "r",
  kind: "backfill",
  scope: {},
  dry_run: false,
  status: "running",
  progress: JSON.parse(JSON.stringify(progress)),
  report: null,
  error: null,
  requested_by: null,
  created_at: "",
  started_at: null,
  updated_at: "",
  finished_at: null,
});

Deno.test("the time that is left is what Plane's limit makes of the pages that are left", () => {
  // 600 of the first, 500 of the second, an average one of 750: 6 + 5 + 8 pages.
  assert.equal(etaOf(reading, 19), 1);
  assert.equal(etaOf(reading, undefined), null);
  assert.equal(etaOf({ ...reading, phase: "projects" }, 60), null);
  assert.equal(etaOf({ ...reading, phase: "settling" }, 60), 0);
});

Deno.test("a total is told once every list was begun", () => {
  assert.equal(totalOf(reading), null);
  assert.equal(totalOf({ ...reading, projects: reading.projects.slice(0, 2) }), 1503);
});

Deno.test("a run shows what is done, how fast it goes and what is left", () => {
  const shown = describeRun(row(reading), 19);
  assert.deepEqual([shown.done, shown.items_per_minute, shown.eta_minutes], [300, 400, 1]);
  assert.equal(describeRun({ ...row(reading), status: "done" }, 19).eta_minutes, null);
});

Deno.test("a progress nobody understands begins again", () => {
  assert.deepEqual(readProgress({ phase: "unheard of" }), NOTHING_DONE);
  assert.deepEqual(readProgress(JSON.parse(JSON.stringify(reading))), reading);
});

Deno.test("after the last project comes the next phase", () => {
  assert.deepEqual([nextProject(reading).at, nextProject(reading).phase], [1, "items"]);
  assert.deepEqual([nextProject({ ...reading, at: 2 }).at, nextProject({ ...reading, at: 2 }).phase], [
    0,
    "settling",
  ]);
});

Deno.test("namesakes beyond what is listed are counted all the same", () => {
  const many = Array.from(
    { length: 600 },
    (_, index) => ({ project: "a", name: `${index}`, plane: ["x"], odoo: [1, 2] }),
  );
  const progress = withDuplicates(NOTHING_DONE, many);
  assert.deepEqual([progress.duplicates.length, progress.counts.duplicates], [500, 600]);
});

Deno.test("a report says for each project what has no partner, and why", () => {
  const pair = (planeId: string, odooId: number | null, status: "active" | "archived" = "active") => (
    {
      planeType: "issue",
      planeId,
      planeProjectId: "a",
      odooId,
      status,
      lastError: null,
      origin: "plane" as const,
    }
  );
  const report = projectReport(
    { plane: "a", odoo: 1, items: 8, tasks: 7 },
    [pair("1", 1), pair("2", 2), pair("3", 3, "archived"), pair("4", null)],
    [
      { entity_key: "issue:4", plane_project_id: "a", state: "waiting", reason: "waits_for_project" },
      { entity_key: "issue:9", plane_project_id: "b", state: "dead", reason: "odoo_rejected" },
      { entity_key: "issue:1", plane_project_id: "a", state: "dead", reason: "odoo_rejected" },
    ],
    [{ project: "a", name: "x", plane: ["5", "6"], odoo: [5] }],
  );
  assert.deepEqual(report, {
    plane_project: "a",
    odoo_project: 1,
    plane_items: 8,
    odoo_tasks: 7,
    paired: 2,
    waiting: 1,
    resting: 0,
    dead: 1,
    duplicates_plane: 2,
    duplicates_odoo: 1,
    unpaired_plane: 3,
    unpaired_odoo: 3,
  });
});
