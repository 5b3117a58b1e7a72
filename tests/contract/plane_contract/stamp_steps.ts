/** What moves a work item's `updated_at`, webhook or not: the sweep rests on it. */
import assert from "node:assert/strict";
import { z } from "zod";
import { eventually } from "../../support/eventually.ts";
import type { ContractStep } from "../plane_contract.ts";
import type { PlaneScene } from "./scene.ts";

async function moves(scene: PlaneScene, id: string, action: () => Promise<unknown>): Promise<boolean> {
  const before = await scene.settledStamp(id);
  await action();
  return await scene.settledStamp(id) > before;
}

export const stampSteps: readonly ContractStep[] = [
  {
    name: "an empty PATCH moves the stamp of a work item, and is 404 once it is deleted",
    async run(scene) {
      const { id } = await scene.makeWorkItem({});
      assert.equal(await moves(scene, id, () => scene.patchWorkItem(id, {})), true);
      await scene.request("DELETE", scene.path(`work-items/${id}/`));
      assert.equal((await scene.request("PATCH", scene.path(`work-items/${id}/`), {})).status, 404);
    },
  },
  {
    name: "a new, edited or deleted comment moves the stamp of its work item",
    async run(scene) {
      const { id } = await scene.makeWorkItem({});
      const comments = scene.path(`work-items/${id}/comments/`);
      let comment = "";
      const create = async () => comment = (await scene.make(comments, { comment_html: "<p>x</p>" })).id;
      assert.equal(await moves(scene, id, create), true);
      const edit = () => scene.request("PATCH", `${comments}${comment}/`, { comment_html: "<p>y</p>" });
      assert.equal(await moves(scene, id, edit), true);
      assert.equal(await moves(scene, id, () => scene.request("DELETE", `${comments}${comment}/`)), true);
    },
  },
  {
    name: "joining a cycle moves the stamp, joining a module does not",
    async run(scene) {
      const { id } = await scene.makeWorkItem({});
      const cycle = await scene.make(scene.path("cycles/"), { name: "cycle", project_id: scene.projectId });
      const module = await scene.make(scene.path("modules/"), { name: "module" });
      const issues = { issues: [id] };
      const join = (path: string) => () => scene.request("POST", scene.path(path), issues);
      assert.equal(await moves(scene, id, join(`cycles/${cycle.id}/cycle-issues/`)), true);
      assert.equal(await moves(scene, id, join(`modules/${module.id}/module-issues/`)), false);
      const held = await scene.request("GET", scene.path(`modules/${module.id}/module-issues/?fields=id`));
      assert.deepEqual(z.looseObject({ results: z.array(z.unknown()) }).parse(held.body).results, [{ id }]);
    },
  },
  {
    name: "deleting a work item deletes its children, a moment later",
    async run(scene) {
      const parent = await scene.makeWorkItem({});
      const child = await scene.makeWorkItem({ parent: parent.id });
      await scene.request("DELETE", scene.path(`work-items/${parent.id}/`));
      await eventually("the child is gone", async () => {
        return (await scene.request("GET", scene.path(`work-items/${child.id}/`))).status === 404;
      });
    },
  },
];
