/** A workspace that has a bit of everything, and dry runs of it that are cut into requests. */
import { dryRun } from "../../shared/backfill/dry_run.ts";
import type { RehearsalSource } from "../../shared/backfill/rehearsal/rehearsal.ts";
import type { RehearsalShelves } from "../../shared/store/runs/rehearsal.ts";
import type { RunRow } from "../../shared/store/runs/runs.ts";
import { eventually } from "./eventually.ts";
import { type BackfillWorld, createBackfillWorld } from "./backfill_world.ts";

export interface DryRunScene extends BackfillWorld {
  /** Asks for a dry run and works at it, so much in each request; returns its row and how many requests it took. */
  rehearse(share: Share, changes?: Changes): Promise<{ row: RunRow; requests: number }>;
  /** Both sides and the engine's memory, as text. */
  everything(): Promise<string>;
  /** A report without what differs from one rehearsal to the next: the ids of what is only imagined. */
  comparable(row: RunRow): Promise<Record<string, unknown>>;
}

/** What one request may do: looks at the clock, and records carried out. Left out: without end. */
export interface Share {
  ticks?: number;
  entities?: number;
}

export interface Changes {
  source?: Partial<RehearsalSource>;
  shelves?: RehearsalShelves;
  /** Called after each request. */
  afterRequest?: () => Promise<void>;
}

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** One record at a time, so that every rehearsal sees the same order. */
export async function createDryRunScene(): Promise<DryRunScene> {
  const scene = await createBackfillWorld({ planeRequestsPerMinute: 100_000 });
  const { world, plane } = scene;
  const website = await scene.project("Website", [
    "Child",
    "Known",
    "Twin",
    "twin",
    "Plain",
    "Parent",
    "Grandchild",
  ]);
  const [child = "", known = "", , , plain = "", parent = "", grandchild = ""] = website.items;
  const at = `/projects/${website.id}`;
  await plane.api("PATCH", `${at}/`, { cycle_view: true, module_view: true });
  const { id: label } = await plane.api("POST", `${at}/labels/`, { name: "Fast" });
  await plane.api("PATCH", `${at}/work-items/${child}/`, { parent, labels: [label], priority: "high" });
  await plane.api("PATCH", `${at}/work-items/${grandchild}/`, { parent: child });
  const { id: cycle } = await plane.api("POST", `${at}/cycles/`, { name: "Sprint", project_id: website.id });
  await plane.api("POST", `${at}/cycles/${cycle}/cycle-issues/`, { issues: [known, plain] });
  const { id: module } = await plane.api("POST", `${at}/modules/`, { name: "Checkout" });
  await plane.api("POST", `${at}/modules/${module}/module-issues/`, { issues: [plain] });
  await plane.api("POST", `${at}/work-items/${plain}/comments/`, { comment_html: "<p>Hello</p>" });
  const [other, shop] = await world.odoo.create("project.project", [{ name: " WEBSITE " }, { name: "Shop" }]);
  await world.odoo.create("project.task", [
    { name: "known", project_id: other, description: "<p>From Odoo</p>" },
    { name: "Twin", project_id: other },
    { name: "Only here", project_id: other },
    { name: "Checkout", project_id: shop },
    { name: "Payment", project_id: shop },
  ]);
  // A list is read twice when something in it was made in the second in which its reading began.
  const madeUntil = Math.floor(Date.now() / 1000);
  await eventually("that second is over", () => Promise.resolve(Date.now() / 1000 > madeUntil + 1));
  const models = [
    "project.project",
    "project.task",
    "project.tags",
    "project.task.type",
    "mail.message",
    "project.milestone",
  ];
  const everything = async () =>
    JSON.stringify([
      ...models.map((model) => world.sandboxOdoo.records(model)),
      ...await Promise.all(
        [
          "",
          `${website.id}/work-items/`,
          `${website.id}/labels/`,
          `${website.id}/cycles/`,
          `${website.id}/modules/`,
        ]
          .map((path) => plane.api("GET", `/projects/${path}`)),
      ),
      await plane.api("GET", `${at}/work-items/${plain}/comments/`),
      await world.sql`select * from plane.sync_mappings`,
      await world.sql`select * from plane.sync_snapshot`,
      await world.sql`select * from plane.sync_queue`,
      await world.sql`select * from plane.sync_value_map`,
      await world.sql`select * from plane.sync_log`,
    ]);
  return {
    ...scene,
    everything,
    rehearse: async (
      { ticks = Infinity, entities = Infinity },
      { source, shelves = scene.shelves, afterRequest } = {},
    ) => {
      const id = await scene.request({}, true);
      const one = { ...scene.rehearsal, concurrency: 1, ...source };
      for (let requests = 1; requests < 500; requests++) {
        let clock = 0;
        await scene.work({
          rehearsal: (held, run) => dryRun(one, shelves, held, run, 60),
          now: () => clock++,
          wallClockMs: ticks,
          entities,
        });
        await afterRequest?.();
        const row = await scene.runs.read(id);
        if (row !== null && row.status !== "queued" && row.status !== "running") return { row, requests };
      }
      throw new Error("the dry run does not end");
    },
    comparable: async ({ report }) => {
      const real = await everything();
      const text = JSON.stringify(report)
        .replace(UUID, (id) => real.includes(id) ? id : "imagined")
        .replace(/(?<=[:[,])-\d+/g, '"imagined"');
      return JSON.parse(text) as Record<string, unknown>;
    },
    [Symbol.asyncDispose]: () => scene[Symbol.asyncDispose](),
  };
}
