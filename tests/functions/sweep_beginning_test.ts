/** How a sweep begins where there was none, and what it says when the database is away. */
import assert from "node:assert/strict";
import { createSweepWorld, EVERYTHING } from "../support/sweep_world.ts";
import { sweep } from "../../shared/sweep/sweep.ts";

Deno.test("the first sweep begins by the servers' clocks, which are known once they have answered", async () => {
  await using scene = await createSweepWorld();
  const { world, plane, dependencies } = scene;
  const offset = (hasAnswered: () => boolean) => () => hasAnswered() ? -600_000 : 0;
  const capabilities = await dependencies.sync.capabilities();
  const before = { plane: plane.requests.length, odoo: world.sandboxOdoo.calls.length };
  const clockOffsets = {
    plane: offset(() => plane.requests.length > before.plane),
    odoo: offset(() => world.sandboxOdoo.calls.length > before.odoo),
  };
  const sync = { ...dependencies.sync, clockOffsets, capabilities: () => Promise.resolve(capabilities) };
  await sweep({ ...dependencies, sync }, EVERYTHING);
  const [marks] = await world.sql<{ odoo: string; plane: string }[]>`
    select
      (select value ->> 'newest' from plane.sync_cursor where name = 'odoo:mail.message') as odoo,
      (select value ->> 'since' from plane.sync_cursor where name = 'plane:project') as plane`;
  const almost = Date.now() - 590_000;
  assert(Date.parse(`${marks?.odoo.replace(" ", "T")}Z`) < almost, `${marks?.odoo}`);
  assert(Date.parse(marks?.plane ?? "") < almost, `${marks?.plane}`);
});

Deno.test("a database that is away while a reader is at work is an outage, not a fault of ours", async () => {
  await using scene = await createSweepWorld();
  const away = () => Promise.reject(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }));
  const { dependencies } = scene;
  const pairs = { ...dependencies.pairs, planeProjects: away };
  const report = await sweep({ ...dependencies, pairs }, EVERYTHING);
  assert.deepEqual(report.failed, { "plane:project": "database_unreachable" });
});
