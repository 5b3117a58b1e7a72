import assert from "node:assert/strict";
import { configOf } from "../../../shared/sync/pairs/configuration.ts";
import { modelOf, withFieldsOf } from "../../../shared/sync/pairs/module_models.ts";
import { moduleForm } from "../../../shared/sync/planning/module_form.ts";
import { capturedPosts } from "../../support/captured_posts.ts";
import type { ConfigRow, MappingRow, PairRow } from "../../../shared/store/engine/sync_store.ts";

const row = (options: ConfigRow["options"]): ConfigRow => ({
  plane_type: "module",
  odoo_model: "project.project",
  enabled: true,
  direction: "plane_to_odoo",
  field_mappings: {
    name: "name",
    status: "last_update_status",
    lead: { field: "user_id", direction: "on_create_only" },
  },
  conflict_resolution: "latest_wins",
  options,
});

const nothing: PairRow = {
  configs: [],
  mapping: null,
  snapshot: null,
  tombstone: null,
  conflicts: [],
  attempts: [],
  announced: false,
};

Deno.test("the option says what a new module becomes; a project unless it says otherwise", () => {
  assert.equal(modelOf(row({}), nothing), "project.project");
  assert.equal(modelOf(row({ module_as: "tag" }), nothing), "project.tags");
  assert.equal(modelOf(row({ module_as: "parent_task" }), nothing), "project.task");
  assert.equal(modelOf(row({ module_as: "milestone" }), nothing), "project.project");
});

Deno.test("what a module has become counts more than the option, also when it was unlinked", () => {
  const mapping: MappingRow = {
    id: "1",
    plane_type: "module",
    plane_id: "m",
    plane_project_id: null,
    odoo_model: "project.tags",
    odoo_id: "1",
    origin: "plane",
    sync_direction: "bidirectional",
    status: "active",
    plane_updated_at: null,
    odoo_write_date: null,
  };
  assert.equal(modelOf(row({}), { ...nothing, mapping }), "project.tags");
  const tombstone = { ...mapping, plane_id: "m", reason: "mapping_deleted" as const };
  assert.equal(modelOf(row({}), { ...nothing, tombstone }), "project.tags");
});

Deno.test("fields get the model's own names, keep their direction, and are left out where there are none", () => {
  const config = configOf(row({}));
  assert.deepEqual(withFieldsOf("project.task", config).fieldMappings, {
    name: "name",
    status: "state",
    lead: { field: "user_ids", direction: "on_create_only" },
  });
  assert.deepEqual(withFieldsOf("project.tags", config).fieldMappings, { name: "name" });
  assert.deepEqual(withFieldsOf("project.project", config), config);
});

Deno.test("every captured module is read whole; a status nobody knows is none yet", () => {
  const modules = capturedPosts().map(({ text }) => JSON.parse(text)).filter(({ event, action }) =>
    event === "module" && action !== "deleted"
  );
  assert(modules.length > 0);
  for (const { data } of modules) {
    const form = moduleForm(data);
    assert.deepEqual([form?.name, form?.status], [data.name, data.status]);
  }
  assert.equal(moduleForm({ ...modules[0]?.data, status: "new" })?.status, "backlog");
});
