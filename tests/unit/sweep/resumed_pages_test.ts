/** A list of Plane's that is read in two goes. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { planeRows } from "../../../shared/plane/pages.ts";
import type { PlaneTransport } from "../../../shared/plane/transport.ts";

const REQUEST = { operation: "list", method: "GET", path: ["list"] } as const;

function listOf(rows: string[]) {
  const asked: number[] = [];
  const transport: PlaneTransport = ({ query }) => {
    const size = Number(query?.per_page);
    const offset = size * Number(query?.cursor?.split(":")[1] ?? 0);
    asked.push(offset);
    const results = rows.slice(offset, offset + size).map((id) => ({ id }));
    const body = { results, next_page_results: offset + size < rows.length };
    return Promise.resolve({ status: 200, headers: new Headers(), body });
  };
  return { transport, asked };
}

const named = (count: number) => Array.from({ length: count }, (_, index) => `r${index}`);

async function rest(transport: PlaneTransport, read: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  const resume = { offset: read.length, tail: read.slice(-200) };
  for await (const { id } of planeRows(transport, REQUEST, resume)) found.push(id);
  return found;
}

Deno.test("a reading goes on where it stopped, without the pages before", async () => {
  const { transport, asked } = listOf(named(450));
  assert.deepEqual(await rest(transport, named(300)), named(450).slice(300));
  assert(asked.every((offset) => offset >= 200), `asked from ${asked}`);
});

Deno.test("whatever was deleted meanwhile, no row that was not read before is missed", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(400),
      fc.nat(400),
      fc.array(fc.nat(800), { maxLength: 300 }),
      async (before, after, deleted) => {
        const all = named(before + after);
        const gone = new Set(deleted.map((index) => `r${index}`));
        const { transport } = listOf(all.filter((id) => !gone.has(id)));
        const found = new Set(await rest(transport, all.slice(0, before)));
        for (const id of all.slice(before)) assert.equal(found.has(id), !gone.has(id), id);
      },
    ),
    { numRuns: 60 },
  );
});
