/** Documents and records of models of one's own in a backfill: those that were there before come, each once. */
import assert from "node:assert/strict";
import { stepModels } from "../../shared/backfill/steps/models.ts";
import type { CompletenessReport } from "../../shared/backfill/report.ts";
import { NOTHING_DONE, type Progress, readProgress } from "../../shared/backfill/steps/progress.ts";
import type { BackfillStore } from "../../shared/store/runs/backfill.ts";
import type { RunRow } from "../../shared/store/runs/runs.ts";
import { type BackfillWorld, createBackfillWorld, reportOf } from "../support/backfill_world.ts";
import { makeInvoice, makeOrder, type Values } from "../support/document_scene.ts";
import { FILING, FILING_MAPPINGS, FILING_MODEL } from "../support/filing_model.ts";

interface Options {
  options?: Values;
  mappings?: Values;
  direction?: string;
}

async function pair({ world }: BackfillWorld, model: string, project: string, more: Options = {}) {
  const options = { plane_project: project, ...more.options };
  await world.sql`
    insert into plane.sync_config (plane_type, odoo_model, enabled, direction, field_mappings, options)
    values ('issue', ${model}, true, ${more.direction ?? "odoo_to_plane"},
      ${world.sql.json((more.mappings ?? {}) as never)}, ${world.sql.json(options as never)})
    on conflict (plane_type, odoo_model) do update set enabled = true, options = excluded.options`;
}

async function names(scene: BackfillWorld, project: string): Promise<string[]> {
  const { results } = await scene.plane.api("GET", `/projects/${project}/work-items/`);
  return (results as { name: string }[]).map(({ name }) => name).toSorted();
}

const recordsOf = ({ report }: RunRow) => (report as unknown as { records: Values[] }).records;

const order = (id: number, partner: string) => `S${String(id).padStart(5, "0")}: ${partner}`;

Deno.test("documents and records of one's own that were there before become work items, as a dry run has said; a second run makes none", async () => {
  await using scene = await createBackfillWorld({ odooExtensions: FILING });
  const { world } = scene;
  const [office, filings] = [await scene.project("Office", []), await scene.project("Filings", ["By hand"])];
  await pair(scene, "sale.order", office.id);
  await pair(scene, FILING_MODEL, filings.id, { mappings: FILING_MAPPINGS, direction: "bidirectional" });
  const orders = [await makeOrder(scene, "Ann"), await makeOrder(scene, "Bob")];
  await world.odoo.create(FILING_MODEL, [{ name: "1601-C", state: "in_progress" }, { name: "2550-Q" }]);
  await world.odoo.create(FILING_MODEL, [{ name: "Archived", active: false }]);

  const dry = await scene.finish(await scene.request({}, true));
  assert.equal(dry.status, "done", String(dry.error));
  const predicted = recordsOf(dry).filter(({ action }) => action === "create_in_plane");
  const expected = [order(orders[0] ?? 0, "Ann"), order(orders[1] ?? 0, "Bob"), "1601-C", "2550-Q"];
  assert.deepEqual(predicted.map(({ plane }) => (plane as Values).name).toSorted(), expected.toSorted());
  assert.deepEqual(await names(scene, office.id), []);

  const report = reportOf(await scene.finish(await scene.request()));
  assert.deepEqual(await names(scene, office.id), expected.slice(0, 2).toSorted());
  assert.deepEqual(await names(scene, filings.id), ["1601-C", "2550-Q", "By hand"]);
  const counts = (at: string, project: string) => ({
    odoo_model: at,
    plane_project: project,
    odoo_records: 2,
    paired: 2,
    waiting: 0,
    resting: 0,
    dead: 0,
    unpaired_odoo: 0,
  });
  assert.deepEqual(report.models, [counts(FILING_MODEL, filings.id), counts("sale.order", office.id)]);
  assert.deepEqual(report.unsettled, []);
  const again = reportOf(await scene.finish(await scene.request()));
  assert.equal(again.effects.create, undefined, JSON.stringify(again.effects));
  assert.equal((await names(scene, filings.id)).length, 3);
});

Deno.test("what the filters leave out stays in Odoo, and so do pairs of other Plane projects", async () => {
  await using scene = await createBackfillWorld();
  const [office, elsewhere] = [await scene.project("Office", []), await scene.project("Elsewhere", [])];
  const kept = await makeOrder(scene, "Ann");
  await makeOrder(scene, "Bob");
  await pair(scene, "sale.order", office.id, { options: { odoo_domain: [["id", "=", kept]] } });
  await pair(scene, "account.move", elsewhere.id);
  await makeInvoice(scene, "Deco Addict");
  await makeInvoice(scene, "Wood Corner", "in_invoice");
  const one = reportOf(await scene.finish(await scene.request({ project: office.id })));
  assert.deepEqual(await names(scene, office.id), [order(kept, "Ann")]);
  assert.deepEqual(await names(scene, elsewhere.id), []);
  assert.deepEqual(one.models.map(({ odoo_model, odoo_records }) => [odoo_model, odoo_records]), [[
    "sale.order",
    1,
  ]]);
  assert.equal(one.complete, true, JSON.stringify(one));
  const back = reportOf(await scene.finish(await scene.request({ direction: "to_odoo" })));
  assert.deepEqual(await names(scene, elsewhere.id), []);
  assert.deepEqual(back.models.map(({ unpaired_odoo }) => unpaired_odoo), [1, 0]);
  const all = reportOf(await scene.finish(await scene.request()));
  const shown = await names(scene, elsewhere.id);
  assert(shown.length === 1 && shown[0]?.endsWith("Deco Addict"), String(shown));
  assert.equal(all.complete, true, JSON.stringify(all));
});

for (const paired of [true, false]) {
  Deno.test(
    `a record whose work item is there by its external id is linked, not made again (its project is ${
      paired ? "" : "no "
    }pair)`,
    async () => {
      await using scene = await createBackfillWorld();
      const { world } = scene;
      const office = await scene.project("Office", []);
      await pair(scene, "sale.order", office.id);
      if (!paired) {
        await world.sql`
        update plane.sync_config set options = '{"plane_projects": []}' where plane_type = 'project'`;
      }
      await makeOrder(scene, "Ann");
      reportOf(await scene.finish(await scene.request()));
      const before = await names(scene, office.id);
      await world.sql`delete from plane.sync_mappings where odoo_model = 'sale.order'`;
      await world.sql`delete from plane.sync_tombstone`;
      const dry = await scene.finish(await scene.request({}, true));
      const actions = recordsOf(dry).filter(({ plane_id }) => plane_id !== null);
      assert.deepEqual(actions.map(({ action }) => action), ["link"]);
      const report = reportOf(await scene.finish(await scene.request()));
      assert.deepEqual(await names(scene, office.id), before);
      assert.equal(before.length, 1);
      assert.deepEqual(report.models.map((entry) => entry.paired), [1]);
      assert.equal(report.effects.create, undefined);
    },
  );
}

Deno.test("records are asked for in pages by their ids; each step goes on behind the one before", async () => {
  await using scene = await createBackfillWorld({ odooExtensions: FILING });
  const filings = await scene.project("Filings", []);
  await pair(scene, FILING_MODEL, filings.id, { mappings: { name: "name" } });
  const names = Array.from({ length: 503 }, (_, index) => ({ name: `Form ${index}` }));
  const ids = await scene.world.odoo.create(FILING_MODEL, names);
  const steps: string[][] = [];
  const store: BackfillStore = {
    ...scene.dependencies.store,
    leaveHints: (hints) => Promise.resolve(void steps.push(hints.map(({ key }) => key.id))),
  };
  const run = { id: crypto.randomUUID(), scope: { project: null, direction: "both" as const }, index: null };
  let progress: Progress = { ...NOTHING_DONE, phase: "models" };
  while (progress.phase === "models") {
    progress = readProgress(await stepModels(progress, run, { ...scene.dependencies, store }));
  }
  assert.deepEqual(steps.map(({ length }) => length), [0, 500, 3]);
  assert.deepEqual(steps.flat(), ids.map(String));
  assert.deepEqual([progress.phase, progress.counts.records, progress.counts.hinted], ["details", 503, 503]);
});

for (const paired of [true, false]) {
  Deno.test(`work items people made become records where the pair makes them (its project is ${paired ? "" : "no "}pair)`, async () => {
    await using scene = await createBackfillWorld({ odooExtensions: FILING });
    const { world } = scene;
    const filings = await scene.project("Filings", ["By hand"]);
    const made = () => world.sandboxOdoo.records(FILING_MODEL).map(({ name }) => name);
    const setting = { mappings: { name: "name" }, direction: "bidirectional" };
    await pair(scene, FILING_MODEL, filings.id, setting);
    if (!paired) {
      await world.sql`
        update plane.sync_config set options = '{"plane_projects": []}' where plane_type = 'project'`;
    }
    reportOf(await scene.finish(await scene.request()));
    assert.deepEqual(made(), [], "not asked for");
    await pair(scene, FILING_MODEL, filings.id, { ...setting, options: { create_in_odoo: true } });
    reportOf(await scene.finish(await scene.request({ direction: "to_plane" })));
    assert.deepEqual(made(), [], "the other way");
    const report = reportOf(await scene.finish(await scene.request()));
    assert.deepEqual(made(), ["By hand"]);
    assert.deepEqual(report.models.map((entry) => [entry.odoo_records, entry.paired]), [[1, 1]]);
  });
}

Deno.test("work items of another model are counted as the list has them: not those in Plane's archive, nor those made since", async () => {
  await using scene = await createBackfillWorld({ odooExtensions: FILING });
  const office = await scene.project("Office", []);
  await pair(scene, "sale.order", office.id);
  await makeOrder(scene, "Ann");
  await makeOrder(scene, "Bob");
  const items = ({ projects }: CompletenessReport) =>
    projects.map((entry) => [entry.plane_items, entry.paired, entry.unpaired_plane]);
  const first = reportOf(await scene.finish(await scene.request()));
  assert.deepEqual([items(first), first.complete], [[[0, 0, 0]], true]);
  const { results } = await scene.plane.api("GET", `/projects/${office.id}/work-items/`);
  const [order] = results as { id: string }[];
  const path = `/projects/${office.id}/work-items/${order?.id}/`;
  await scene.plane.api("PATCH", path, { archived_at: "2026-01-31" });
  await scene.plane.api("POST", `/projects/${office.id}/work-items/`, { name: "By hand" });
  const second = reportOf(await scene.finish(await scene.request()));
  assert.deepEqual([items(second), second.complete], [[[1, 0, 1]], false]);

  await pair(scene, FILING_MODEL, office.id, {
    mappings: { name: "name" },
    direction: "bidirectional",
    options: { create_in_odoo: true },
  });
  await scene.world.sql`update plane.sync_config set enabled = false where odoo_model = 'sale.order'`;
  const third = reportOf(await scene.finish(await scene.request()));
  assert.deepEqual(third.models.map(({ paired }) => paired), [1]);
  assert.deepEqual(items(third), [[1, 0, 0]], "the order's item is left, and waits for its model");
});
