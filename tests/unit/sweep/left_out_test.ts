import assert from "node:assert/strict";
import { isLeftOut } from "../../../shared/sweep/left_out.ts";
import { readOptions } from "../../../shared/sync/pairs/options.ts";

const pair = (odooModel: string, options = {}) => ({ odooModel, options: readOptions(options).options });

Deno.test("only what the configuration surely leaves out is left out", () => {
  const task = { id: 5, project_id: [7, "Website"] };
  assert.equal(isLeftOut(pair("project.task"), task), false);
  assert.equal(isLeftOut(pair("project.task", { odoo_projects: [7] }), task), false);
  assert.equal(isLeftOut(pair("project.task", { odoo_projects: [8] }), task), true);
  assert.equal(isLeftOut(pair("project.task", { create_in_plane: false }), task), true);
  assert.equal(isLeftOut(pair("project.task"), { id: 5, project_id: false }), true);
  assert.equal(isLeftOut(pair("project.project", { odoo_projects: [8] }), { id: 8 }), false);
  assert.equal(isLeftOut(pair("project.project", { odoo_projects: [8] }), { id: 7 }), true);
  assert.equal(isLeftOut(pair("mail.message"), { id: 1 }), false);
});
