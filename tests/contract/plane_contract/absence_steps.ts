/** What Plane says of what is not there, or is hidden: 404, 403 and an empty list are not told apart by what is true. */
import assert from "node:assert/strict";
import { z } from "zod";
import type { ContractStep } from "../plane_contract.ts";
import type { PlaneScene } from "./scene.ts";

const NOBODY = "11111111-1111-4111-8111-111111111111";
const list = z.looseObject({ results: z.array(z.unknown()) });

async function listed(scene: PlaneScene, path: string): Promise<number> {
  const answer = await scene.request("GET", path);
  assert.equal(answer.status, 200, path);
  return list.parse(answer.body).results.length;
}

export const absenceSteps: readonly ContractStep[] = [
  {
    name: "a project that is not there is 404 itself, and what would be in it is 403",
    async run(scene) {
      const statuses = [];
      for (const path of ["", "states/", `work-items/${NOBODY}/`]) {
        statuses.push((await scene.request("GET", `/projects/${NOBODY}/${path}`)).status);
      }
      assert.deepEqual(statuses, [404, 403, 403]);
    },
  },
  {
    name: "the comments of a work item that is not there are an empty list",
    async run(scene) {
      const { id } = await scene.makeWorkItem({});
      await scene.make(scene.path(`work-items/${id}/comments/`), { comment_html: "<p>x</p>" });
      assert.equal(await listed(scene, scene.path(`work-items/${id}/comments/`)), 1);
      assert.equal(await listed(scene, scene.path(`work-items/${NOBODY}/comments/`)), 0);
    },
  },
  {
    name:
      "an archived project lists no states, labels and comments, but its cycles and modules, and a comment is 404",
    async run(scene) {
      const mark = crypto.randomUUID().slice(0, 8).toUpperCase();
      const { id: project } = await scene.make("/projects/", {
        name: `Contract ${mark} archived`,
        identifier: `A${mark}`,
        cycle_view: true,
        module_view: true,
      });
      const inside = (rest: string) => `/projects/${project}/${rest}`;
      try {
        await scene.make(inside("labels/"), { name: "label" });
        const cycle = await scene.make(inside("cycles/"), { name: "cycle", project_id: project });
        await scene.make(inside("modules/"), { name: "module" });
        const item = await scene.make(inside("work-items/"), { name: "item" });
        const comments = inside(`work-items/${item.id}/comments/`);
        const comment = await scene.make(comments, { comment_html: "<p>x</p>" });
        await scene.request("POST", inside("archive/"));
        const counts = [];
        for (const path of ["states/", "labels/", "cycles/", "modules/"]) {
          counts.push(await listed(scene, inside(path)));
        }
        assert.deepEqual(counts, [0, 0, 1, 1]);
        assert.equal(await listed(scene, comments), 0);
        assert.equal((await scene.request("GET", `${comments}${comment.id}/`)).status, 404);
        assert.equal((await scene.request("GET", inside(`cycles/${cycle.id}/`))).status, 200);
        await scene.request("DELETE", inside("archive/"));
        assert.equal((await scene.request("GET", `${comments}${comment.id}/`)).status, 200);
      } finally {
        await scene.request("DELETE", inside(""));
      }
    },
  },
];
