/** What the client reads. */
import assert from "node:assert/strict";
import type { ContractStep } from "../plane_contract.ts";

export const readSteps: readonly ContractStep[] = [
  {
    name: "the key's user is in the list of members, with an address and a role",
    async run(scene) {
      const members = await scene.ask((client) => client.members());
      const own = members.find((member) => member.id === scene.userId);
      assert.match(own?.email ?? "", /@/);
      assert.ok([15, 20].includes(own?.role ?? 0));
    },
  },
  {
    name: "who creates a project is a member of it",
    async run(scene) {
      const members = await scene.ask((client) => client.projectMembers(scene.projectId));
      assert.ok(members.some((member) => member.id === scene.userId));
    },
  },
  {
    name: "a project is read with its name and identifier",
    async run(scene) {
      const project = await scene.ask((client) => client.project(scene.projectId));
      assert.equal(project.id, scene.projectId);
      assert.match(project.name, /^Contract /);
      assert.match(project.identifier, /^C[0-9A-F]{8}$/);
      assert.equal(project.archived_at, null);
    },
  },
  {
    name: "a new project has a state in every group, one of them the default",
    async run(scene) {
      const states = await scene.ask((client) => client.states(scene.projectId));
      assert.deepEqual(states.map((state) => state.group), [
        "backlog",
        "unstarted",
        "started",
        "completed",
        "cancelled",
      ]);
      assert.equal(states.filter((state) => state.default).length, 1);
    },
  },
  {
    name: "a full work item is read back in every field",
    async run(scene) {
      const states = await scene.ask((client) => client.states(scene.projectId));
      const started = states.find((state) => state.group === "started")?.id;
      const label = await scene.make(scene.path("labels/"), { name: "read back", color: "#dc2626" });
      const parent = await scene.makeWorkItem({ name: "parent" });
      const made = await scene.makeWorkItem({
        name: '  Prüfung 東京 🚀 "quoted" <tag> & ’ ',
        description_html: "<p>Grüße <b>fett</b> &amp; 🚀</p>",
        priority: "high",
        state: started,
        parent: parent.id,
        assignees: [scene.userId],
        labels: [label.id],
        start_date: "2026-11-01",
        target_date: "2026-11-30",
        external_id: "read-1",
        external_source: "contract",
      });
      const { created_at, updated_at, sequence_id, updated_by: _updatedBy, ...item } = await scene.ask((
        client,
      ) => client.workItem(scene.projectId, made.id));
      assert.deepEqual(item, {
        id: made.id,
        project: scene.projectId,
        name: 'Prüfung 東京 🚀 "quoted" <tag> & ’',
        description_html: "<p>Grüße <b>fett</b> &amp; 🚀</p>",
        priority: "high",
        state: started,
        parent: parent.id,
        assignees: [scene.userId],
        labels: [label.id],
        start_date: "2026-11-01",
        target_date: "2026-11-30",
        completed_at: null,
        archived_at: null,
        is_draft: false,
        created_by: scene.userId,
        external_id: "read-1",
        external_source: "contract",
      });
      assert.match(created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
      assert.match(updated_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
      assert.ok(typeof sequence_id === "number" && sequence_id > 0);
    },
  },
  {
    name: "a work item with a name only has no priority and the default state",
    async run(scene) {
      const made = await scene.makeWorkItem({ name: "only a name" });
      const item = await scene.ask((client) => client.workItem(scene.projectId, made.id));
      const states = await scene.ask((client) => client.states(scene.projectId));
      assert.equal(item.priority, "none");
      assert.equal(item.description_html, "<p></p>");
      assert.equal(item.state, states.find((state) => state.default)?.id);
    },
  },
  {
    name: "a state of the completed group sets the time of completion, another state clears it",
    async run(scene) {
      const states = await scene.ask((client) => client.states(scene.projectId));
      const made = await scene.makeWorkItem({});
      await scene.patchWorkItem(made.id, { state: states.find((state) => state.group === "completed")?.id });
      const done = await scene.ask((client) => client.workItem(scene.projectId, made.id));
      assert.notEqual(done.completed_at, null);
      await scene.patchWorkItem(made.id, { state: states.find((state) => state.group === "unstarted")?.id });
      const reopened = await scene.ask((client) => client.workItem(scene.projectId, made.id));
      assert.equal(reopened.completed_at, null);
    },
  },
  {
    name: "the stored form of a description is stable",
    async run(scene) {
      const made = await scene.makeWorkItem({
        description_html: "<p>a</p><script>x</script><p>b&nbsp;&euro;<br/>c</p>",
      });
      const stored = "<div><p>a</p><p>b&nbsp;€<br>c</p></div>";
      assert.equal(made.description_html, stored);
      const again = await scene.patchWorkItem(made.id, { description_html: stored });
      assert.equal(again.description_html, stored);
    },
  },
];
