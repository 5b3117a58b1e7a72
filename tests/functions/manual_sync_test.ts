/** What an operator's request to look at something now finds, when neither side has told of its change. */
import assert from "node:assert/strict";
import { type ManualSync, requestSync } from "../../shared/store/operators/manual.ts";
import { editOdoo, editPlane, inPlane, type Pair, startPairIn } from "../support/both_ways/pair.ts";

const start = startPairIn({});

const WAYS: readonly [string, (pair: Pair) => ManualSync][] = [
  ["work item", ({ item, project }) => ({
    entity: { source: "plane", type: "issue", id: item, project_id: project },
  })],
  ["task", ({ task }) => ({ entity: { source: "odoo", type: "project.task", id: String(task) } })],
  ["project", ({ project }) => ({ project })],
];

for (const [name, wanted] of WAYS) {
  Deno.test(`asked for by its ${name}, a pair is looked at on both sides`, async () => {
    const pair = await start();
    await using world = pair.world;
    const look = async () => {
      await requestSync(world.sql, wanted(pair));
      await world.drain();
    };
    await editOdoo(pair, { name: "Odoo did not say" });
    await look();
    assert.equal((await inPlane(pair)).name, "Odoo did not say");
    await editPlane(pair, { name: "Plane did not say" });
    await look();
    assert.equal((await world.partner("issue", pair.item)).name, "Plane did not say");
  });
}
