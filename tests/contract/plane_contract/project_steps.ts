/** Projects: what can be written, archiving, and finding one again. */
import assert from "node:assert/strict";
import type { ContractStep } from "../plane_contract.ts";
import type { PlaneScene } from "./scene.ts";

/** A project beside the scene's own, deleted when the work is done. */
async function withProject(scene: PlaneScene, work: (projectId: string) => Promise<void>): Promise<void> {
  const mark = crypto.randomUUID().slice(0, 8).toUpperCase();
  const made = await scene.ask((client) =>
    client.createProject({
      name: `Contract ${mark} beside`,
      identifier: `B${mark}`,
      description: 'Two\nlines & "quotes"',
      project_lead: scene.userId,
      external_id: mark,
      external_source: "contract",
    })
  );
  try {
    await work(made.id);
  } finally {
    await scene.request("DELETE", `/projects/${made.id}/`);
  }
}

export const projectSteps: readonly ContractStep[] = [
  {
    name: "a project is listed with its lead, plain description and switches, and found by its external id",
    run: (scene) =>
      withProject(scene, async (id) => {
        const projects = await scene.ask((client) => client.projects());
        const made = projects.find((project) => project.id === id);
        assert.ok(made);
        assert.equal(made.description, 'Two\nlines & "quotes"');
        assert.deepEqual([made.project_lead, made.is_member, made.archived_at], [scene.userId, true, null]);
        assert.deepEqual([made.network, made.cycle_view, made.module_view], [2, false, false]);
        assert.deepEqual([made.description_html, made.description_text], [null, null]);
        const key = { id: made.external_id ?? "", source: made.external_source ?? "" };
        assert.equal((await scene.ask((client) => client.findProject(key)))?.id, id);
        const nobody = { id: "nobody", source: "contract" };
        assert.equal(await scene.ask((client) => client.findProject(nobody)), undefined);
        const changed = await scene.ask((client) =>
          client.updateProject(id, { project_lead: null, cycle_view: true, module_view: true })
        );
        assert.deepEqual([changed.project_lead, changed.cycle_view, changed.module_view], [null, true, true]);
      }),
  },
  {
    name:
      "an archived project is read and listed but not changed, and its work items are hidden, not deleted",
    run: (scene) =>
      withProject(scene, async (id) => {
        const item = await scene.ask((client) => client.createWorkItem(id, { name: "inside" }));
        await scene.ask((client) => client.archiveProject(id));
        assert.notEqual((await scene.ask((client) => client.project(id))).archived_at, null);
        const listed = (await scene.ask((client) => client.projects())).find((project) => project.id === id);
        assert.notEqual(listed?.archived_at ?? null, null);
        await assert.rejects(scene.ask((client) => client.updateProject(id, { name: "no" })), {
          code: "plane_rejected",
        });
        await assert.rejects(scene.ask((client) => client.workItem(id, item.id)), {
          code: "plane_not_found",
        });
        const hidden = await scene.ask((client) => client.archivedWorkItem(id, item.id));
        assert.deepEqual([hidden?.id, hidden?.archived_at], [item.id, null]);
        await scene.ask((client) => client.unarchiveProject(id));
        assert.equal((await scene.ask((client) => client.project(id))).archived_at, null);
        assert.equal((await scene.ask((client) => client.workItem(id, item.id))).name, "inside");
      }),
  },
];
