import assert from "node:assert/strict";
import { itemAddress, odooAddress, workspaceAddress } from "../../../shared/sync/sides/link_address.ts";

const version = (major: number) => ({ major, text: `${major}.0` });

Deno.test("each version of Odoo gets the address it understands", () => {
  const of = (major: number) => odooAddress("https://odoo.example/", version(major), "project.task", 55);
  assert.equal(of(19), "https://odoo.example/odoo/project.task/55");
  assert.equal(of(18), "https://odoo.example/mail/view?model=project.task&res_id=55");
  assert.equal(of(17), "https://odoo.example/web#id=55&model=project.task&view_type=form");
});

Deno.test("a work item's address begins with the workspace, however the API's address was given", () => {
  const of = (plane: string) => workspaceAddress({ odoo: undefined, plane, planeWorkspace: "acme" });
  for (const base of ["https://plane.example", "https://plane.example/", "https://plane.example/api/v1/"]) {
    assert.equal(of(base), "https://plane.example/acme");
  }
  assert.equal(of("https://api.plane.so"), "https://app.plane.so/acme");
  assert.equal(of("nowhere"), null);
  assert.equal(
    workspaceAddress({ odoo: undefined, plane: "https://plane.example", planeWorkspace: undefined }),
    null,
  );
  assert.equal(
    itemAddress("https://plane.example/acme", { project: "p", id: "i" }),
    "https://plane.example/acme/projects/p/issues/i",
  );
});
