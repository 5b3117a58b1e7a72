/**
 * What the engine may rely on in its store, whichever it is: PostgreSQL and the simulator's memory run the same suite.
 * `syncStoresAgree` then drives two of them through the same random scripts and compares every answer.
 */
import { announcementExamples } from "./sync_store/announcement_examples.ts";
import { attemptExamples } from "./sync_store/attempt_examples.ts";
import { conflictExamples } from "./sync_store/conflict_examples.ts";
import { effectExamples } from "./sync_store/effect_examples.ts";
import { intentExamples } from "./sync_store/intent_examples.ts";
import { pauseExamples } from "./sync_store/pause_examples.ts";
import { queueExamples } from "./sync_store/queue_examples.ts";
import { scriptProperties } from "./sync_store/script_properties.ts";
import { valueExamples } from "./sync_store/value_examples.ts";
import { waitingExamples } from "./sync_store/waiting_examples.ts";
import type { StoreWorld } from "./sync_store/world.ts";

export type { StoreWorld } from "./sync_store/world.ts";
export { syncStoresAgree } from "./sync_store/agreement.ts";

/** One example: `run` gets a world nobody has used. */
export type Example = (name: string, run: (world: StoreWorld) => Promise<void>) => void;

/** Registers the suite as tests named after the store. `open` makes a world. */
export function syncStoreContract(name: string, open: () => Promise<StoreWorld>): void {
  const example: Example = (what, run) => {
    Deno.test(`${name}: ${what}`, async () => {
      await using world = await open();
      await run(world);
    });
  };
  queueExamples(example);
  intentExamples(example);
  effectExamples(example);
  attemptExamples(example);
  waitingExamples(example);
  conflictExamples(example);
  pauseExamples(example);
  valueExamples(example);
  announcementExamples(example);
  scriptProperties(name, open);
}
