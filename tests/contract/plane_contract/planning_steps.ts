/** Cycles, modules, and what hangs on a work item. */
import assert from "node:assert/strict";
import { z } from "zod";
import type { ContractStep } from "../plane_contract.ts";

export const planningSteps: readonly ContractStep[] = [
  {
    name: "a cycle is read with the edges of its days, and tells which work items are in it",
    async run(scene) {
      const cycle = await scene.make(scene.path("cycles/"), {
        name: "Sprint 東京",
        description: "goal",
        start_date: "2026-11-22",
        end_date: "2026-12-05",
        project_id: scene.projectId,
        external_id: "cy1",
        external_source: "contract",
      });
      const read = await scene.ask((client) => client.cycle(scene.projectId, cycle.id));
      assert.deepEqual(
        [read.name, read.description, read.owned_by, read.archived_at, read.external_id],
        ["Sprint 東京", "goal", scene.userId, null, "cy1"],
      );
      // The scene's project is in UTC.
      assert.deepEqual(
        [read.start_date, read.end_date],
        ["2026-11-22T00:00:01.000000Z", "2026-12-05T23:59:00.000000Z"],
      );
      const listed = await scene.ask((client) => client.cycles(scene.projectId));
      assert.deepEqual(listed.filter(({ id }) => id === cycle.id), [read]);
      const first = await scene.makeWorkItem({ name: "first" });
      const second = await scene.makeWorkItem({ name: "second" });
      const items = `cycles/${cycle.id}/cycle-issues/`;
      await scene.request("POST", scene.path(items), { issues: [second.id, first.id] });
      const held = () => scene.ask((client) => client.cycleItems(scene.projectId, cycle.id));
      assert.deepEqual(await held(), [first.id, second.id]);
      await scene.request("DELETE", scene.path(`${items}${first.id}/`));
      assert.deepEqual(await held(), [second.id]);
    },
  },
  {
    name: "a cycle or module that was deleted lists no work items, instead of not being there",
    async run(scene) {
      const item = await scene.makeWorkItem({ name: "stays" });
      for (const kind of ["cycle", "module"]) {
        const { id } = await scene.make(scene.path(`${kind}s/`), { name: kind, project_id: scene.projectId });
        const items = scene.path(`${kind}s/${id}/${kind}-issues/`);
        await scene.request("POST", items, { issues: [item.id] });
        await scene.request("DELETE", scene.path(`${kind}s/${id}/`));
        const listed = await scene.request("GET", items);
        assert.deepEqual([
          listed.status,
          z.looseObject({ results: z.array(z.unknown()) }).parse(listed.body).results,
        ], [200, []]);
        const answers = [
          await scene.request("GET", scene.path(`${kind}s/${id}/`)),
          await scene.request("POST", items, { issues: [item.id] }),
          await scene.request("DELETE", `${items}${item.id}/`),
        ];
        assert.deepEqual(answers.map(({ status }) => status), [404, 404, 404]);
      }
    },
  },
  {
    name: "a module is read with its status and people, and tells which work items are in it",
    async run(scene) {
      const module = await scene.make(scene.path("modules/"), {
        name: "Modul 漢字",
        status: "in-progress",
        lead: scene.userId,
        members: [scene.userId],
        target_date: "2026-12-31",
      });
      const read = await scene.ask((client) => client.module(scene.projectId, module.id));
      assert.deepEqual(
        [read.name, read.status, read.lead, read.members, read.start_date, read.target_date],
        ["Modul 漢字", "in-progress", scene.userId, [scene.userId], null, "2026-12-31"],
      );
      const listed = await scene.ask((client) => client.modules(scene.projectId));
      assert.deepEqual(listed.filter(({ id }) => id === module.id), [read]);
      const item = await scene.makeWorkItem({});
      await scene.request("POST", scene.path(`modules/${module.id}/module-issues/`), { issues: [item.id] });
      const held = await scene.ask((client) => client.moduleItems(scene.projectId, module.id));
      assert.deepEqual(held, [item.id]);
    },
  },
  {
    name: "a link is made once per address, renamed and deleted",
    async run(scene) {
      const { id } = await scene.makeWorkItem({});
      const url = "https://example.test/odoo/a?b=1";
      const made = await scene.ask((client) =>
        client.createLink(scene.projectId, id, { url, title: "Odoo" })
      );
      await assert.rejects(scene.ask((client) => client.createLink(scene.projectId, id, { url })), {
        code: "plane_rejected",
      });
      await assert.rejects(
        scene.ask((client) => client.createLink(scene.projectId, id, { url: "no address" })),
        { code: "plane_rejected" },
      );
      const renamed = await scene.ask((client) =>
        client.updateLink(scene.projectId, id, made.id, { title: "Task 5 in Odoo" })
      );
      assert.deepEqual([renamed.url, renamed.title, renamed.issue], [url, "Task 5 in Odoo", id]);
      const links = () => scene.ask((client) => client.links(scene.projectId, id));
      assert.deepEqual((await links()).map((link) => [link.id, link.title]), [[made.id, "Task 5 in Odoo"]]);
      await scene.ask((client) => client.deleteLink(scene.projectId, id, made.id));
      assert.deepEqual(await links(), []);
    },
  },
  {
    name: "the activities of a work item name field, values and actor, in either order",
    async run(scene) {
      const { id } = await scene.makeWorkItem({ priority: "low" });
      await scene.patchWorkItem(id, { priority: "high" });
      // A background task writes them, a moment after the answer.
      await scene.settledStamp(id);
      const read = (orderBy?: string) =>
        scene.ask((client) =>
          Array.fromAsync(client.activities(scene.projectId, id, orderBy === undefined ? {} : { orderBy }))
        );
      const [creation, change] = await read();
      assert.deepEqual([creation?.verb, creation?.field], ["created", null]);
      assert.deepEqual(
        [change?.verb, change?.field, change?.old_value, change?.new_value, change?.actor],
        ["updated", "priority", "low", "high", scene.userId],
      );
      assert.deepEqual((await read("-created_at")).map(({ field }) => field), ["priority", null]);
    },
  },
  {
    name: "one comment is read by its id, and is not there once it is deleted",
    async run(scene) {
      const { id } = await scene.makeWorkItem({});
      const made = await scene.ask((client) =>
        client.createComment(scene.projectId, id, { comment_html: "<p>one</p>" })
      );
      const read = () => scene.ask((client) => client.comment(scene.projectId, id, made.id));
      const { comment_html, issue, actor } = await read();
      assert.deepEqual([comment_html, issue, actor], ["<p>one</p>", id, scene.userId]);
      await scene.ask((client) => client.deleteComment(scene.projectId, id, made.id));
      await assert.rejects(read(), { code: "plane_not_found" });
    },
  },
];
