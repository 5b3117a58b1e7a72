/** Many records in one call: what a batch of `load()` says of its bad rows, and reads by the hundred. */
import assert from "node:assert/strict";
import { object, raw } from "./raw.ts";
import { type ContractCase, fieldsOf, newProject, newTask, type OdooUnderTest } from "./under_test.ts";

const TASK = "project.task";
const COLUMNS = ["id", "name", "project_id/.id", "priority"];
const SIZE = 100;

interface Batch {
  project: number;
  rows: string[][];
}

async function aBatch(odoo: OdooUnderTest): Promise<Batch> {
  const project = await newProject(odoo);
  const id = odoo.unique("contract.batch");
  const rows = Array.from(
    { length: SIZE },
    (_, row) => [`${id}-${row}`, `task ${row}`, String(project), "0"],
  );
  return { project, rows };
}

/** What `load()` says of the batch with these cells changed: `[row, type, field]` of each message. */
async function messagesOf(
  odoo: OdooUnderTest,
  { rows }: Batch,
  changes: [row: number, column: number, text: string][],
): Promise<unknown[]> {
  const data = rows.map((cells) => [...cells]);
  for (const [row, column, text] of changes) (data[row] ?? [])[column] = text;
  const { result } = await raw(odoo, TASK, "load", { fields: COLUMNS, data });
  const { ids, messages } = object(result);
  assert.equal(ids, false);
  assert.ok(Array.isArray(messages));
  return messages.map((message) => {
    const { record, type, field } = object(message);
    return [record, type, field];
  });
}

export const BATCHES: readonly ContractCase[] = [
  ["a hundred rows are loaded at once, in order, and again onto the same records", async (odoo) => {
    const { project, rows } = await aBatch(odoo);
    const ids = await odoo.client.load(TASK, COLUMNS, rows);
    assert.equal(new Set(ids).size, SIZE);
    const found = await odoo.client.read(TASK, ids, ["name"]);
    assert.deepEqual(found.map((record) => record.name), rows.map((cells) => cells[1]));
    assert.deepEqual(await odoo.client.load(TASK, COLUMNS, rows), ids);
    assert.equal((await odoo.client.search(TASK, [["project_id", "=", project]])).length, SIZE);
  }],
  ["bad rows refuse the whole batch and are all named, unreadable cells first", async (odoo) => {
    const batch = await aBatch(odoo);
    const unreadable = await messagesOf(odoo, batch, [[40, 3, "9"], [60, 3, "8"], [60, 2, "2000000000"]]);
    assert.deepEqual(unreadable, [
      [40, "error", "priority"],
      [60, "error", "priority"],
      [60, "error", "project_id"],
    ]);
    const mixed = await messagesOf(odoo, batch, [[30, 1, ""], [40, 3, "9"], [50, 1, ""]]);
    assert.deepEqual(mixed, [[40, "error", "priority"], [30, "error", "name"], [50, "error", "name"]]);
    assert.deepEqual(await odoo.client.search(TASK, [["project_id", "=", batch.project]]), []);
  }],
  ["after ten bad rows the rest is not looked at", async (odoo) => {
    const batch = await aBatch(odoo);
    const nameless = Array.from({ length: 15 }, (_, row): [number, number, string] => [row, 1, ""]);
    const messages = await messagesOf(odoo, batch, nameless);
    assert.equal(messages.length, 11);
    assert.deepEqual(messages.at(-1), [undefined, "warning", undefined]);
  }],
  ["what the models refuse is said at its row, and before that at the first row", async (odoo) => {
    const { rows } = await aBatch(odoo);
    const ids = await odoo.client.load(TASK, COLUMNS, rows.slice(0, 4));
    const data = rows.slice(0, 4).map(([id = ""], row) => [id, row === 2 ? String(ids[2]) : ""]);
    const { result } = await raw(odoo, TASK, "load", { fields: ["id", "parent_id/.id"], data });
    const { messages } = object(result);
    assert.ok(Array.isArray(messages));
    assert.deepEqual(messages.map((message) => object(message).record), [0, 2]);
    assert.equal(object(messages[0]).message, object(messages[1]).message);
  }],
  ["an external id twice in one batch is one record with the later values", async (odoo) => {
    const project = String(await newProject(odoo));
    const id = odoo.unique("contract.twice");
    const ids = await odoo.client.load(TASK, COLUMNS, [[id, "one", project, "0"], [id, "two", project, "1"]]);
    assert.equal(ids[0], ids[1]);
    assert.deepEqual(await fieldsOf(odoo, TASK, ids[0] ?? 0, "name"), { name: "two" });
  }],
  [
    "a read of two hundred ids answers those that exist, archived ones too, each as often as asked",
    async (odoo) => {
      const { rows } = await aBatch(odoo);
      const ids = await odoo.client.load(TASK, COLUMNS, rows);
      await odoo.client.write(TASK, ids.slice(0, 10), { active: false });
      const nobody = Array.from({ length: SIZE }, (_, index) => 2_000_000_000 - index);
      const found = await odoo.client.read(TASK, [...ids, ...nobody], ["name", "write_date"]);
      assert.deepEqual(found.map((record) => record.id), ids);
      const twice = await odoo.client.read(TASK, [ids[0] ?? 0, ids[0] ?? 0], ["name"]);
      assert.deepEqual(twice.map((record) => record.id), [ids[0], ids[0]]);
    },
  ],
  [
    "all ids are paged by id or offset, archived ones included, and no limit is a limit of 0",
    async (odoo) => {
      const { project, rows } = await aBatch(odoo);
      const ids = await odoo.client.load(TASK, COLUMNS, rows);
      await odoo.client.write(TASK, [ids[50] ?? 0], { active: false });
      const all = { context: { active_test: false } };
      const find = (after: number, query: { limit?: number; offset?: number }) =>
        odoo.client.search(TASK, [["project_id", "=", project], ["id", ">", after]], {
          order: "id",
          ...query,
        }, all);
      assert.deepEqual(await find(ids[44] ?? 0, { limit: 10 }), ids.slice(45, 55));
      assert.deepEqual(await find(0, { limit: 10, offset: 95 }), ids.slice(95));
      assert.deepEqual(await find(0, { limit: 0 }), ids);
    },
  ],
  ["records are polled by stamp and id, in pages that neither skip nor repeat", async (odoo) => {
    const { project, rows } = await aBatch(odoo);
    const ids = await odoo.client.load(TASK, COLUMNS, rows.slice(0, 5));
    const order = "write_date, id";
    const [first] = await odoo.client.read(TASK, [ids[0] ?? 0], ["write_date"]);
    const since = first?.write_date;
    const here = ["project_id", "=", project] as const;
    const page = await odoo.client.searchRead(TASK, [here, ["write_date", ">=", since]], ["write_date"], {
      order,
      limit: 3,
    });
    assert.deepEqual(page.map((record) => record.id), ids.slice(0, 3));
    const last = page.at(-1);
    const rest = await odoo.client.search(TASK, [
      here,
      "|",
      ["write_date", ">", last?.write_date],
      "&",
      ["write_date", "=", last?.write_date],
      ["id", ">", last?.id],
    ], { order });
    assert.deepEqual(rest, ids.slice(3));
  }],
  ["records are counted as a whole, up to a limit, and by group", async (odoo) => {
    const { project, rows } = await aBatch(odoo);
    await odoo.client.load(TASK, COLUMNS, rows.slice(0, 4));
    await newTask(odoo, { project_id: project, priority: "1", active: false });
    await newTask(odoo, { project_id: project, priority: "1" });
    const domain = [["project_id", "=", project]];
    assert.equal(await odoo.client.call(TASK, "search_count", { domain }), 5);
    assert.equal(await odoo.client.call(TASK, "search_count", { domain, limit: 2 }), 2);
    const groups = async (groupby: string[], lazy: boolean) => {
      const answer = await odoo.client.call(TASK, "read_group", { domain, fields: [], groupby, lazy });
      assert.ok(Array.isArray(answer));
      return answer.map(({ __domain: _domain, __context: _context, ...group }) => group);
    };
    const { name } = await fieldsOf(odoo, "project.project", project, "name");
    assert.deepEqual(await groups(["project_id"], true), [{
      project_id: [project, name],
      project_id_count: 5,
    }]);
    assert.deepEqual(await groups(["state", "priority"], false), [
      { state: "01_in_progress", priority: "0", __count: 4 },
      { state: "01_in_progress", priority: "1", __count: 1 },
    ]);
  }],
];
