import assert from "node:assert/strict";
import fc from "fast-check";
import { nextPage, planeRows } from "../../../shared/plane/pages.ts";
import type { PlaneTransport } from "../../../shared/plane/transport.ts";

const REQUEST = { operation: "list", method: "GET", path: ["list"] } as const;

/** A list as Plane pages it: the offset is the cursor's page times `per_page`. `change` runs before each answer. */
function pagedList(rows: string[], change: (rows: string[], answer: number) => void, mostPerPage = 1000) {
  const asked: { size: number; offset: number }[] = [];
  const transport: PlaneTransport = ({ query }) => {
    change(rows, asked.length);
    const size = Number(query?.per_page);
    const offset = size * Number(query?.cursor?.split(":")[1] ?? 0);
    asked.push({ size, offset });
    const given = Math.min(size, mostPerPage);
    const results = rows.slice(offset, offset + given).map((id) => ({ id }));
    const next_page_results = offset + given < rows.length;
    const body = { results, next_page_results, next_cursor: `${size}:${offset / size + 1}:0` };
    return Promise.resolve({ status: 200, headers: new Headers(), body });
  };
  return { transport, asked };
}

async function read(transport: PlaneTransport): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of planeRows(transport, REQUEST)) ids.push(id);
  return ids;
}

const named = (count: number, prefix = "r") =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

Deno.test("pages have a hundred rows at most, overlap, and end when Plane says that there are no more", async () => {
  const { transport, asked } = pagedList(named(1000), () => {});
  assert.deepEqual(await read(transport), named(1000));
  assert.deepEqual(asked[0], { size: 100, offset: 0 });
  for (const [index, { size, offset }] of asked.entries()) {
    const before = asked[index - 1];
    assert.ok(size <= 100);
    if (before !== undefined) assert.ok(offset <= before.offset + before.size - 5);
  }
  assert.ok(asked.length <= 12, `${asked.length} requests for 1000 rows`);
});

Deno.test("whatever is made and deleted meanwhile, a row that is always there comes once, and none comes twice", async () => {
  const change = fc.record({
    deleted: fc.array(fc.nat(1_000_000), { maxLength: 12 }),
    massDeletion: fc.option(fc.record({ from: fc.nat(1_000_000), count: fc.nat(250) }), { freq: 8 }),
    made: fc.array(fc.nat(1_000_000), { maxLength: 12 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.nat(900),
      fc.array(change, { maxLength: 20 }),
      fc.constantFrom("front", "end", "anywhere"),
      async (count, changes, where) => {
        const always = new Set(named(count));
        let made = 0;
        const { transport } = pagedList(named(count), (rows, answer) => {
          const now = changes[answer];
          if (now === undefined || answer === 0) return;
          const gone = now.deleted.flatMap((at) => rows.splice(at % Math.max(rows.length, 1), 1));
          if (now.massDeletion) {
            gone.push(
              ...rows.splice(now.massDeletion.from % Math.max(rows.length, 1), now.massDeletion.count),
            );
          }
          for (const id of gone) always.delete(id);
          for (const at of now.made) {
            const place = where === "front" ? 0 : where === "end" ? rows.length : at % (rows.length + 1);
            rows.splice(place, 0, `new${made++}`);
          }
        });
        const ids = await read(transport);
        assert.equal(new Set(ids).size, ids.length, "a row came twice");
        const missed = [...always].filter((id) => !ids.includes(id));
        assert.deepEqual(missed, []);
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("a list that loses more rows than two pages share is taken up further back", async () => {
  const { transport } = pagedList(named(300), (rows, answer) => {
    if (answer === 1) rows.splice(0, 60);
  });
  const ids = await read(transport);
  assert.equal(new Set(ids).size, 300);
});

Deno.test("a server that gives fewer rows than it was asked for is read to its end", async () => {
  for (const most of [1, 7, 50]) {
    const { transport } = pagedList(named(120), () => {}, most);
    assert.deepEqual(await read(transport), named(120), `${most} per page`);
  }
});

Deno.test("the next page begins before the offset and reaches beyond it", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 1_000_000 }), (offset) => {
    const { size, number } = nextPage(offset);
    assert.ok(size >= 50 && size <= 100);
    assert.ok(size * number <= offset);
    assert.ok(size * (number + 1) >= offset + 45, `${size} x ${number} for ${offset}`);
  }));
});

Deno.test("an empty list, and one that claims more but shows nothing, end at once", async () => {
  const { transport, asked } = pagedList([], () => {});
  assert.deepEqual(await read(transport), []);
  assert.equal(asked.length, 1);
});

Deno.test("what is no page is plane_bad_answer", async () => {
  for (const body of [[], {}, { results: [{ name: "no id" }], next_page_results: false }]) {
    const transport: PlaneTransport = () => Promise.resolve({ status: 200, headers: new Headers(), body });
    await assert.rejects(read(transport), { code: "plane_bad_answer" });
  }
});
