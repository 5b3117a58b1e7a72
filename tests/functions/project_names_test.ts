/** Plane refuses many characters in a project's name, "R&D (2026)" for one; Odoo's projects have them. */
import assert from "node:assert/strict";
import { createSyncWorld } from "../support/sync_world.ts";

const NAME = "R&D - it's v1.2 (50%): what?";

Deno.test("an Odoo project whose name Plane refuses gets a Plane project with a name that looks like it, and keeps its own", async () => {
  await using world = await createSyncWorld({ withPlane: true });
  const { odoo, plane } = world;
  const [project = 0] = await odoo.create("project.project", [{ name: NAME }]);
  const inPlane = async () => {
    const { results } = await plane?.api("GET", "/projects/") ?? {};
    return (results as { name: string; external_id: string | null }[]).map(({ name }) => name);
  };
  const inOdoo = async () => (await odoo.read("project.project", [project], ["name"]))[0]?.name;
  await world.hintOdoo("project.project", project);
  await world.arrive();
  assert.deepEqual([await inPlane(), await inOdoo()], [["R＆D ‐ it’s v1．2 （50％）： what？"], NAME]);
  await odoo.write("project.project", [project], { name: "C++" });
  await world.hintOdoo("project.project", project);
  await world.arrive();
  assert.deepEqual([await inPlane(), await inOdoo()], [["C＋＋"], "C++"]);
});

Deno.test("a project that an older Plane let have such a name is the one the Odoo project of that name belongs to", async () => {
  await using world = await createSyncWorld({ withPlane: true });
  const { odoo, plane } = world;
  const made = await plane?.api("POST", "/projects/", { name: "Research", identifier: "RD" });
  const old = plane?.world.projects.get(String(made?.id));
  assert(old !== undefined);
  old.name = NAME;
  const [project = 0] = await odoo.create("project.project", [{ name: NAME }]);
  await world.hintOdoo("project.project", project);
  assert.deepEqual([old.external_id, old.name], [`project.project,${project}`, NAME]);
});
