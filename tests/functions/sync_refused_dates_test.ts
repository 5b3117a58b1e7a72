/** Plane wants a start before the end; Odoo does not mind. */
import assert from "node:assert/strict";
import { editOdoo, editPlane, inPlane, type Pair, startPairIn } from "../support/both_ways/pair.ts";

const start = startPairIn({
  odooExtensions: { extraFields: { "project.task": { x_start: { kind: "date", label: "Start" } } } },
});

/** Start dates have a place in this Odoo, and there is one already. */
async function startWithDates(): Promise<Pair> {
  const pair = await start();
  const { world } = pair;
  await world.sql`
    update plane.sync_config set field_mappings = field_mappings || ${
    world.sql.json({ start_date: "x_start" })
  }
    where plane_type = 'issue' and odoo_model = 'project.task'`;
  await editPlane(pair, { start_date: "2026-05-02", target_date: "2026-05-03" });
  await world.arrive();
  return pair;
}

const datesOf = ({ start_date, target_date }: Record<string, unknown>) => [start_date, target_date];

Deno.test("dates Plane does not take together are left out, the rest of the record arrives, and the dates do once they fit", async () => {
  const pair = await startWithDates();
  await using world = pair.world;
  await editOdoo(pair, { name: "Renamed", x_start: "2026-05-10", date_deadline: "2026-05-01 12:00:00" });
  await world.hintOdoo("project.task", pair.task);
  const now = await inPlane(pair);
  assert.deepEqual([now.name, ...datesOf(now)], ["Renamed", "2026-05-02", "2026-05-03"]);
  const [row] = await world.sql`select status, last_error from plane.sync_queue`;
  assert.deepEqual({ ...row }, { status: "pending", last_error: "refused" });

  await editOdoo(pair, { date_deadline: "2026-05-20 12:00:00" });
  await world.hintOdoo("project.task", pair.task);
  await world.letRefusedRest();
  await world.drain();
  assert.deepEqual(datesOf(await inPlane(pair)), ["2026-05-10", "2026-05-20"]);
});

Deno.test("a task whose dates Plane does not take gets its work item without them", async () => {
  const pair = await startWithDates();
  await using world = pair.world;
  const { id: project } = await world.partner("project", pair.project);
  const [task] = await world.odoo.create("project.task", [{
    name: "New",
    project_id: project,
    user_ids: [],
    x_start: "2026-05-10",
    date_deadline: "2026-05-01 12:00:00",
  }]);
  await world.hintOdoo("project.task", task ?? 0);
  const { results } = await pair.plane.api("GET", `/projects/${pair.project}/work-items/`);
  const made = (results as Record<string, unknown>[]).find(({ name }) => name === "New");
  assert.deepEqual(datesOf(made ?? {}), [null, null]);
});
