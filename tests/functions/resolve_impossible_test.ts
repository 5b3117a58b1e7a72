/** A conflict that somebody settles with a value Plane does not know. */
import assert from "node:assert/strict";
import { editOdoo, editPlane, inPlane, stageId, startPairIn } from "../support/both_ways/pair.ts";

const start = startPairIn({});

Deno.test("a conflict settled with a state that is none stays open, and neither side is written; another choice ends it", async () => {
  const pair = await start();
  await using world = pair.world;
  await world.sql`update plane.sync_config set conflict_resolution = 'manual' where plane_type = 'issue'`;
  const { results } = await pair.plane.api("GET", `/projects/${pair.project}/states/`);
  const done = (results as { id: string; name: string }[]).find(({ name }) => name === "Done")?.id;
  const progress = await stageId(pair, "In Progress");
  await editOdoo(pair, { stage_id: progress });
  await editPlane(pair, { state: done });
  await world.arrive();
  await world.hintOdoo("project.task", pair.task);
  const open = async () => await world.sql`select id from plane.sync_conflict where status = 'open'`;
  const [conflict] = await open();
  const decide = async (resolution: object) => {
    await world.sql`
      select plane.resolve_conflict(${conflict?.id ?? ""}, ${
      JSON.stringify(resolution)
    }::text::jsonb, 'ann')`;
    await world.drain();
  };
  const stage = async () => Object((await world.partner("issue", pair.item)).stage_id)[0];
  await decide({ value: crypto.randomUUID() });
  assert.deepEqual([(await inPlane(pair)).state, await stage()], [done, progress]);
  assert.equal((await open()).length, 1);
  const waiting = await world
    .sql`select affected from plane.v_next_actions where topic = 'conflicts' and subject = 'state'`;
  assert.equal(Number(waiting[0]?.affected), 1, "it waits for somebody again");
  await decide({ side: "plane" });
  assert.equal(await stage(), await stageId(pair, "Done"));
  assert.equal((await open()).length, 0);
});
