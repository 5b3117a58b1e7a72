import assert from "node:assert/strict";
import { LISTED_DIFFERENCES } from "./plane_replay_differences.ts";
import { replayCaptures } from "./plane_replay/run.ts";

Deno.test("the sandbox Plane answers captured traffic and sends webhooks as the real Plane did", async () => {
  const { differences, calls, webhooks } = await replayCaptures();

  const unlisted = differences.filter((difference) =>
    !LISTED_DIFFERENCES.some(({ at }) => difference.startsWith(at))
  );
  assert.deepEqual(unlisted, [], "differences that are not listed");
  const gone = LISTED_DIFFERENCES.filter(({ at }) =>
    !differences.some((difference) => difference.startsWith(at))
  );
  assert.deepEqual(gone, [], "listed differences that no longer happen");
  assert.deepEqual({ calls, webhooks }, { calls: 306, webhooks: 153 });
});
