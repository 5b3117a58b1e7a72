/** The simulator's edit scripts over HTTP and real SQL, as the live tests play them against a real Odoo. */
import assert from "node:assert/strict";
import { KNOWN_REFUSAL, playScript, scriptOf } from "../support/edit_script.ts";

for (const seed of [11, 12, 26]) {
  const script = scriptOf(seed);
  Deno.test(`script ${seed}: ${script.edits.length} edits under ${script.policy} end in agreement`, async () => {
    const { failures, done, refusals, story } = await playScript(script, {});
    assert.deepEqual(failures, [], story.join("\n"));
    assert.deepEqual(refusals.filter((refusal) => !KNOWN_REFUSAL.test(refusal)), []);
    assert(done >= script.edits.length / 2, `people could do only ${done} things`);
  });
}
