/** What Plane's webhooks said of a record: evidence, read again. */
import assert from "node:assert/strict";
import { parseStamp } from "../../../shared/stamp.ts";
import type { Example } from "../sync_store_contract.ts";
import { delivery, type StoreWorld } from "./world.ts";

const at = (second: number) =>
  `2026-01-31T12:${String(Math.floor(second / 60)).padStart(2, "0")}:${
    String(second % 60).padStart(2, "0")
  }.000001Z`;

async function say(world: StoreWorld, id: string, second: number, body: unknown = {}): Promise<void> {
  const observation = { at: at(second), hash: `${second}` };
  await world.record(delivery(id, { observation }), JSON.stringify(body));
}

export function announcementExamples(example: Example): void {
  example("what was said of a record after a stamp, oldest first, with who changed what", async (world) => {
    const body = (name: string) => ({
      event: "issue",
      data: { id: "a", name },
      activity: { field: "name", old_value: "before", new_value: name, actor: { id: "someone" } },
    });
    const received: string[] = [];
    for (const second of [3, 1, 2]) {
      received[second] = parseStamp(world.now()) ?? "";
      await say(world, "a", second, body(`name ${second}`));
      world.advance(1_000);
    }
    await say(world, "other", 4);
    const said = await world.store.announcementsSince("issue", "a", at(1));
    assert.deepEqual(said, [
      {
        at: at(2),
        receivedAt: received[2],
        field: "name",
        oldValue: "before",
        newValue: "name 2",
        actorId: "someone",
        data: { id: "a", name: "name 2" },
      },
      {
        at: at(3),
        receivedAt: received[3],
        field: "name",
        oldValue: "before",
        newValue: "name 3",
        actorId: "someone",
        data: { id: "a", name: "name 3" },
      },
    ]);
    assert.equal((await world.store.announcementsSince("issue", "a", null)).length, 3);
  });

  example("a body without activity, or of another shape, says only what can be read in it", async (world) => {
    await say(world, "a", 1, { data: { id: "a" }, activity: { field: null, actor: null } });
    await say(world, "a", 2, ["odd"]);
    await say(world, "a", 3, { data: { id: "a" }, activity: { field: 5, actor: "me", old_value: [1] } });
    const said = await world.store.announcementsSince("issue", "a", null);
    assert.deepEqual(said.map(({ field, oldValue, actorId, data }) => [field, oldValue, actorId, data]), [
      [null, null, null, { id: "a" }],
      [null, null, null, null],
      [null, [1], null, { id: "a" }],
    ]);
  });

  example("only deliveries that carry the record count, and duplicates do not", async (world) => {
    await world.record(delivery("a", { observation: null }), "{}");
    await world.record(delivery("a", { envelope: "plane_v2", observation: { at: at(5), hash: "x" } }), "{}");
    for (let n = 0; n < 2; n++) {
      await world.record(delivery("a", { dedupKey: "same", observation: { at: at(6), hash: "x" } }), "{}");
    }
    const said = await world.store.announcementsSince("issue", "a", null);
    assert.deepEqual(said.map((one) => one.at), [at(6)]);
  });

  example("of many, the newest fifty", async (world) => {
    for (let second = 1; second <= 55; second++) await say(world, "a", second);
    const said = await world.store.announcementsSince("issue", "a", null);
    assert.deepEqual([said.length, said[0]?.at, said.at(-1)?.at], [50, at(6), at(55)]);
  });
}
