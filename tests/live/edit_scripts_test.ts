/**
 * The simulator's edit scripts against a real Odoo, and a real Plane where there is one: what people of both sides do ends in agreement, as in the simulation, and
 * the real server refuses nothing that the sandbox takes.
 */
import assert from "node:assert/strict";
import { KNOWN_REFUSAL, playScript, scriptOf } from "../support/edit_script.ts";
import { RealPlane } from "../support/real_plane.ts";
import { realOdoo } from "./real_odoo.ts";
import { realPlane } from "./real_plane.ts";

/** All four policies; a deletion nobody tells of, a circle of parents made from both sides. */
const SEEDS = [2, 11, 12, 13, 16, 20, 25, 26];

for (const [index, seed] of SEEDS.entries()) {
  const script = scriptOf(seed);
  const protocol = index % 2 === 0 ? "jsonrpc" : "json2";
  const title =
    `${protocol}, script ${seed}: ${script.edits.length} edits under ${script.policy} end in agreement`;
  Deno.test(title, async () => {
    const target = realPlane();
    await using plane = target === undefined ? undefined : await RealPlane.open(target);
    const servers = {
      realOdoo: realOdoo(protocol),
      ...(plane === undefined ? {} : { realPlane: plane }),
    };
    const { failures, done, refusals, story } = await playScript(script, servers);
    assert.deepEqual(failures, [], story.join("\n"));
    assert.deepEqual(refusals.filter((refusal) => !KNOWN_REFUSAL.test(refusal)), []);
    assert(done >= script.edits.length / 2, `people could do only ${done} things`);
  });
}
