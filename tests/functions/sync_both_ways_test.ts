/** Edits on both sides of a pair, over real SQL and the sandboxes of both servers. */
import { BOTH_WAYS } from "../support/both_ways/cases.ts";
import { startPairIn } from "../support/both_ways/pair.ts";

for (const [behaviour, run] of BOTH_WAYS) Deno.test(behaviour, () => run(startPairIn({})));
