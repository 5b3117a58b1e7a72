/** Deliveries that come at the same time share a statement. */
import assert from "node:assert/strict";
import { storeTogether, type TogetherLimits } from "../../../shared/webhook/store_together.ts";

/** A database that answers when it is told to, and writes down what it was asked. */
function database() {
  const statements: { items: readonly string[]; answer: () => void; fail: (error: Error) => void }[] = [];
  const asked = (items: readonly string[]) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    statements.push({ items, answer: resolve, fail: reject });
    return promise;
  };
  return {
    statements,
    items: () => statements.map(({ items }) => items.join("")),
    store: (limits: Partial<TogetherLimits>) =>
      storeTogether<string, string>({
        storeOne: async (item) => {
          await asked([item]);
          return `stored ${item}`;
        },
        storeMany: async (items) => {
          await asked(items);
          return items.map((item) => `stored ${item}`);
        },
        sizeOf: (item) => item.length,
      }, { statements: 1, items: 100, size: 100, ...limits }),
  };
}

const unreachable = () => Object.assign(new Error("gone"), { code: "ECONNREFUSED" });

/** Lets everything run that waits for nothing but a turn. */
const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("the first is stored at once; those that come meanwhile follow together, each with its own result", async () => {
  const { statements, items, store } = database();
  const put = store({});
  const results = ["a", "b", "c"].map(put);
  assert.deepEqual(items(), ["a"]);
  statements[0]?.answer();
  assert.equal(await results[0], "stored a");
  await turn();
  assert.deepEqual(items(), ["a", "bc"]);
  statements[1]?.answer();
  assert.deepEqual(await Promise.all(results), ["stored a", "stored b", "stored c"]);
});

Deno.test("no more statements are on their way, and no more and no larger items in one, than allowed", async () => {
  const { statements, items, store } = database();
  const put = store({ statements: 2, items: 3, size: 5 });
  const results = ["a", "b", "1", "2", "3", "4444", "55", "666666", "7"].map(put);
  assert.deepEqual(items(), ["a", "b"]);
  for (let answered = 0; answered < 6; answered++) {
    statements[answered]?.answer();
    await turn();
  }
  assert.deepEqual(items(), ["a", "b", "123", "4444", "55", "666666", "7"]);
  statements[6]?.answer();
  assert.equal((await Promise.all(results)).length, 9);
});

Deno.test("when a group is refused, each of it is stored alone, and only the guilty one fails", async () => {
  const { statements, items, store } = database();
  const put = store({});
  const results = ["a", "b", "c"].map(put);
  const failed = assert.rejects(results[1] ?? Promise.resolve(), /not this one/);
  statements[0]?.answer();
  await turn();
  statements[1]?.fail(new Error("something in it"));
  await turn();
  assert.deepEqual(items(), ["a", "bc", "b", "c"]);
  statements[2]?.fail(new Error("not this one"));
  statements[3]?.answer();
  assert.equal(await results[2], "stored c");
  await failed;
});

Deno.test("an unreachable database is told to everybody in line, and the next comer tries again", async () => {
  const { statements, items, store } = database();
  const put = store({});
  const told = Promise.allSettled(["a", "b", "c"].map(put));
  statements[0]?.fail(unreachable());
  assert.deepEqual((await told).map(({ status }) => status), ["rejected", "rejected", "rejected"]);
  const next = put("d");
  await turn();
  assert.deepEqual(items(), ["a", "d"]);
  statements[1]?.answer();
  assert.equal(await next, "stored d");
});

Deno.test("a group that meets an unreachable database is not tried one by one", async () => {
  const { statements, items, store } = database();
  const put = store({ items: 2 });
  const told = Promise.allSettled(["a", "b", "c", "d"].map(put));
  statements[0]?.answer();
  await turn();
  statements[1]?.fail(unreachable());
  assert.deepEqual((await told).map(({ status }) => status), [
    "fulfilled",
    "rejected",
    "rejected",
    "rejected",
  ]);
  assert.deepEqual(items(), ["a", "bc"]);
});
