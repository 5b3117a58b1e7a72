import assert from "node:assert/strict";
import { SuiteError } from "../../../shared/errors.ts";
import { batchingOdooClient } from "../../../shared/odoo/batching.ts";
import { answerAll, batchWorld, settle } from "../../support/batch_world.ts";

const COLUMNS = ["id", "number"];

function batching(bad: string[] = [], mostRows = 100) {
  const world = batchWorld(new Set(bad));
  return { world, odoo: batchingOdooClient(world.client, { mostRows }) };
}

/** Each outcome as text: the answer, or the error's code. */
async function outcomes(calls: Promise<unknown>[]): Promise<string[]> {
  const settled = await Promise.allSettled(calls);
  return settled.map((each) =>
    each.status === "fulfilled"
      ? JSON.stringify(each.value) ?? "done"
      : each.reason instanceof SuiteError
      ? each.reason.code
      : String(each.reason)
  );
}

Deno.test("reads of one turn are one read, and each gets its own records in its own order", async () => {
  const { world, odoo } = batching();
  const calls = [
    odoo.read("m", [2, 1], ["name"]),
    odoo.read("m", [3, 2, 1000], ["name"]),
    odoo.read("m", [1000], ["name"]),
  ];
  await answerAll(world);
  assert.deepEqual(world.calls, ["read 2,1,3,1000"]);
  assert.deepEqual(await Promise.all(calls), [
    [{ id: 2, name: "m 2" }, { id: 1, name: "m 1" }],
    [{ id: 3, name: "m 3" }, { id: 2, name: "m 2" }],
    [],
  ]);
});

Deno.test("a record that two callers read belongs to each of them", async () => {
  const { world, odoo } = batching();
  const calls = [odoo.read("m", [1], ["name"]), odoo.read("m", [1], ["name"])];
  await answerAll(world);
  const [first, second] = (await Promise.all(calls)).map(([record]) => record);
  if (first !== undefined) first.name = "changed";
  assert.equal(second?.name, "m 1");
});

Deno.test("what comes while a call is under way goes with the next one", async () => {
  const { world, odoo } = batching();
  const calls = [odoo.write("m", [1], { name: "x" })];
  await settle();
  calls.push(odoo.write("m", [2], { name: "x" }));
  await settle();
  calls.push(odoo.write("m", [3], { name: "x" }));
  await settle();
  assert.deepEqual(world.calls, ["write 1"]);
  await answerAll(world);
  assert.deepEqual(world.calls, ["write 1", "write 2,3"]);
  assert.deepEqual(await outcomes(calls), ["done", "done", "done"]);
});

Deno.test("only calls that ask for the same are joined; the order of names in values and fields is no difference", async () => {
  const { world, odoo } = batching();
  const calls = [
    odoo.write("m", [1], { name: "x", color: 1 }),
    odoo.write("m", [2], { color: 1, name: "x" }),
    odoo.write("m", [3], { name: "y", color: 1 }),
    odoo.write("n", [4], { name: "x", color: 1 }),
    odoo.write("m", [5], { name: "x", color: 1 }, { context: { lang: "de_DE" } }),
    odoo.write("m", [6], { name: "x", color: 1 }, { timeoutMs: 5 }),
    odoo.read("m", [1], ["a", "b"]),
    odoo.read("m", [2], ["b", "a"]),
    odoo.read("m", [3], ["b"]),
  ];
  await answerAll(world);
  await Promise.all(calls);
  assert.deepEqual(world.calls, [
    "write 1,2",
    "write 3",
    "write 4",
    "write 5",
    "write 6",
    "read 1,2",
    "read 3",
  ]);
});

Deno.test("a joined call has no more rows than allowed; a larger call goes as it is", async () => {
  const { world, odoo } = batching([], 3);
  const calls = [[1, 2], [3, 4], [5], [6, 7, 8, 9]].map((ids) => odoo.write("m", ids, { name: "x" }));
  await answerAll(world);
  await Promise.all(calls);
  assert.deepEqual(world.calls, ["write 1,2,5", "write 3,4", "write 6,7,8,9"]);
});

Deno.test("rows with one external id are never in one load, and keep their order", async () => {
  const { world, odoo } = batching();
  const rows = [["a", "1"], ["b", "2"], ["a", "3"], ["c", "4"], ["a", "5"]];
  const calls = rows.map((row) => odoo.load("m", COLUMNS, [row]));
  const twice = odoo.load("m", COLUMNS, [["d", "6"], ["d", "7"]]);
  await answerAll(world);
  assert.deepEqual(world.calls, ["load d,d", "load a,b,c", "load a", "load a"]);
  assert.deepEqual(await Promise.all(calls), [[1], [2], [3], [4], [5]]);
  assert.deepEqual(await outcomes([twice]), ["odoo_rejected"]);
});

Deno.test("a call that has to wait holds back later ones about the same record", async () => {
  const { world, odoo } = batching([], 2);
  const calls = [[1], [2, 3], [3], [4]].map((ids) => odoo.write("m", ids, { name: "x" }));
  await answerAll(world);
  await Promise.all(calls);
  assert.deepEqual(world.calls, ["write 1,4", "write 2,3", "write 3"]);
});

Deno.test("two writes to one record are two calls", async () => {
  const { world, odoo } = batching();
  const calls = [odoo.write("m", [1], { name: "x" }), odoo.write("m", [1], { name: "x" })];
  await answerAll(world);
  assert.deepEqual([world.calls, await outcomes(calls)], [["write 1", "write 1"], ["done", "done"]]);
});

Deno.test("messages are created together, other records as they come", async () => {
  const { world, odoo } = batching();
  const calls = [
    odoo.create("mail.message", [{ body: "a" }]),
    odoo.create("mail.message", [{ body: "b" }, { body: "c" }]),
    odoo.create("project.task", [{ body: "d" }]),
    odoo.create("project.task", [{ body: "e" }]),
  ];
  await answerAll(world);
  assert.deepEqual(world.calls, ["create d", "create e", "create a,b,c"]);
  assert.deepEqual(await Promise.all(calls), [[3], [4, 5], [1], [2]]);
});

Deno.test("one bad record of a hundred harms nobody else and costs few calls", async () => {
  const { world, odoo } = batching(["57"]);
  const ids = Array.from({ length: 100 }, (_, index) => index + 1);
  const calls = ids.map((id) => odoo.write("m", [id], { name: "x" }));
  await answerAll(world);
  const found = await outcomes(calls);
  assert.deepEqual(ids.filter((id) => found[id - 1] !== "done"), [57]);
  assert.equal(found[56], "odoo_rejected");
  assert.deepEqual([...world.written].sort(), ids.filter((id) => id !== 57).map((id) => `${id}=x`).sort());
  assert.ok(world.calls.length <= 15, String(world.calls.length));
});

Deno.test("a joined call of unknown outcome is not sent again; its records go alone the next time, then together", async () => {
  const { world, odoo } = batching();
  const writeAll = (name: string) => [1, 2, 3].map((id) => odoo.write("m", [id], { name }));
  const facts = { exception: "builtins.RecursionError" };
  world.failNext(new SuiteError("odoo_server_error", { outcomeUnknown: true, facts }));
  const first = writeAll("x");
  await answerAll(world);
  const unknown = "odoo_server_error";
  assert.deepEqual(await outcomes(first), [unknown, unknown, unknown]);
  assert.deepEqual([world.calls, world.written], [["write 1,2,3"], []]);
  const second = [odoo.write("m", [4], { name: "y" }), ...writeAll("y")];
  await answerAll(world);
  await Promise.all(second);
  assert.deepEqual(world.calls.slice(1), ["write 4", "write 1", "write 2", "write 3"]);
  const third = writeAll("z");
  await answerAll(world);
  await Promise.all(third);
  assert.deepEqual(world.calls.slice(5), ["write 1,2,3"]);
});

Deno.test("what has nothing to do with the records fails once for all", async () => {
  const failures = [
    new SuiteError("odoo_unreachable"),
    new SuiteError("odoo_timeout"),
    new SuiteError("odoo_unauthorized"),
    new SuiteError("odoo_server_error", { facts: { status: 502 } }),
  ];
  for (const failure of failures) {
    const { world, odoo } = batching();
    world.failNext(failure);
    const calls = [odoo.read("m", [1], ["name"]), odoo.read("m", [2], ["name"])];
    await answerAll(world);
    assert.deepEqual(await outcomes(calls), [failure.code, failure.code]);
    assert.deepEqual(world.calls, ["read 1,2"]);
  }
});

Deno.test("a cancelled call leaves the others alone; a write that is under way has an unknown outcome", async () => {
  const { world, odoo } = batching();
  const [before, under] = [new AbortController(), new AbortController()];
  const calls = [
    odoo.write("m", [1], { name: "x" }, { signal: before.signal }),
    odoo.write("m", [2], { name: "x" }, { signal: under.signal }),
    odoo.write("m", [3], { name: "x" }),
    odoo.write("m", [4], { name: "x" }, { signal: AbortSignal.abort() }),
  ];
  before.abort();
  await settle();
  under.abort();
  await answerAll(world);
  const settled = await Promise.allSettled(calls);
  const unknown = settled.map((each) =>
    each.status === "fulfilled" ? "done" : `${each.reason.code} ${each.reason.outcomeUnknown}`
  );
  assert.deepEqual(unknown, ["odoo_timeout false", "odoo_timeout true", "done", "odoo_timeout false"]);
  assert.deepEqual([world.calls, world.cancelled()], [["write 2,3"], 0]);
});

Deno.test("a joined call that nobody waits for any more is cancelled", async () => {
  const { world, odoo } = batching();
  const stop = new AbortController();
  const calls = [1, 2].map((id) => odoo.read("m", [id], ["name"], { signal: stop.signal }));
  await settle();
  stop.abort();
  assert.deepEqual(await outcomes(calls), ["odoo_timeout", "odoo_timeout"]);
  assert.equal(world.cancelled(), 1);
});

Deno.test("the first call goes out when the schedule says so", async () => {
  const world = batchWorld(new Set());
  let flush = () => {};
  const odoo = batchingOdooClient(world.client, { schedule: (go) => flush = go });
  const calls = [odoo.read("m", [1], ["name"])];
  await settle();
  calls.push(odoo.read("m", [2], ["name"]));
  assert.deepEqual(world.calls, []);
  flush();
  await answerAll(world);
  await Promise.all(calls);
  assert.deepEqual(world.calls, ["read 1,2"]);
});
