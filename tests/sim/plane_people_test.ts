/** The people of the simulator do what they can. */
import assert from "node:assert/strict";
import { createSandboxPlane } from "../../dev/sandbox/plane/server.ts";
import { PlanePeople } from "./world/plane_people.ts";
import { nameText } from "./world/texts.ts";

Deno.test("a project's name that another project has is refused, and the schedule goes on", async () => {
  const plane = createSandboxPlane({
    scheduler: { after: () => () => {}, clear: () => {} },
    webhookFetch: () => Promise.reject(new Error("nobody listens")),
  });
  const people = new PlanePeople(plane, plane.users.alice);
  await people.addProject(1, nameText(1, 2));
  await people.addProject(2);
  assert.equal(await people.act({ do: "editProject", project: 1, fields: { name: 2 } }), false);
  assert.deepEqual([...plane.world.projects.values()].map(({ name }) => name), [nameText(1, 2), "Project 2"]);
});
