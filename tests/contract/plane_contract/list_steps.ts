/** Lists: offset paging that calls itself a cursor, no filters. */
import assert from "node:assert/strict";
import { z } from "zod";
import type { ContractStep } from "../plane_contract.ts";
import type { PlaneScene } from "./scene.ts";

const envelope = z.looseObject({
  next_cursor: z.string(),
  next_page_results: z.boolean(),
  total_results: z.number(),
  results: z.array(z.looseObject({ id: z.string() })),
});

async function list(scene: PlaneScene, path: string) {
  const answer = await scene.request("GET", scene.path(path));
  assert.equal(answer.status, 200);
  return envelope.parse(answer.body);
}

export const listSteps: readonly ContractStep[] = [
  {
    name: "the client collects every page of a list once",
    async run(scene) {
      for (const name of ["one", "two", "three"]) {
        await scene.make(scene.path("labels/"), { name, color: "#000000" });
      }
      const labels = await scene.ask((client) => client.labels(scene.projectId));
      const names = labels.map((label) => label.name);
      for (const name of ["one", "two", "three"]) {
        assert.equal(names.filter((other) => other === name).length, 1);
      }
    },
  },
  {
    name: "pages follow the cursor until next_page_results is false, though a cursor is always there",
    async run(scene) {
      const first = await list(scene, "states/?per_page=3");
      assert.deepEqual([first.results.length, first.next_page_results, first.next_cursor], [
        3,
        true,
        "3:1:0",
      ]);
      const second = await list(scene, `states/?per_page=3&cursor=${first.next_cursor}`);
      assert.deepEqual([second.results.length, second.next_page_results, second.next_cursor], [
        2,
        false,
        "3:2:0",
      ]);
      const ids = [...first.results, ...second.results].map((state) => state.id);
      assert.equal(new Set(ids).size, first.total_results);
    },
  },
  {
    name: "the size in the cursor is ignored: without per_page the second page is empty",
    async run(scene) {
      const page = await list(scene, "states/?cursor=3:1:0");
      assert.deepEqual([page.results.length, page.next_page_results], [0, false]);
    },
  },
  {
    name: "filters are ignored, fields and order_by are not",
    async run(scene) {
      const older = await scene.makeWorkItem({ name: "older" });
      await scene.settledStamp(older.id);
      const newer = await scene.makeWorkItem({ name: "newer" });
      const all = await list(scene, "work-items/?per_page=100");
      const filtered = await list(
        scene,
        "work-items/?per_page=100&updated_at__gt=2099-01-01T00:00:00Z&priority=urgent",
      );
      assert.equal(filtered.total_results, all.total_results);
      const recent = await list(scene, "work-items/?per_page=2&order_by=-updated_at&fields=id,name");
      assert.deepEqual(recent.results, [{ id: newer.id, name: "newer" }, { id: older.id, name: "older" }]);
    },
  },
  {
    name: "impossible sizes and cursors are refused, a size of nothing is a fault",
    async run(scene) {
      const statuses = [];
      for (const query of ["per_page=abc", "cursor=abc", "per_page=0", "order_by=nope"]) {
        statuses.push((await scene.request("GET", scene.path(`work-items/?${query}`))).status);
      }
      assert.deepEqual(statuses, [400, 400, 500, 500]);
    },
  },
  {
    name: "work items are found under their old name and by their readable id",
    async run(scene) {
      const made = await scene.makeWorkItem({ name: "readable" });
      const old = await scene.request("GET", scene.path(`issues/${made.id}/?fields=id`));
      assert.deepEqual(old.body, { id: made.id });
      const { identifier } = await scene.ask((client) => client.project(scene.projectId));
      const readable = await scene.request("GET", `/work-items/${identifier}-${made.sequence_id}/?fields=id`);
      assert.deepEqual(readable.body, { id: made.id });
    },
  },
];
