/**
 * A backfill of ten thousand work items into an empty Odoo: how much of what Plane's limit allows is used, how Odoo is asked, and
 * what the worker needs.
 *
 * The minutes of the budget pass on a clock of the bench's own, by the budget's real SQL. Everything else is real: the worker is a
 * process of its own, PostgreSQL commits to the disk, both servers are the sandboxes over HTTP. Comments, which Plane lists per
 * work item only, are measured apart, in a project of their own.
 */
import { startSandboxOdoo } from "../dev/sandbox/odoo/server.ts";
import { type SandboxPlane, startSandboxPlane } from "../dev/sandbox/plane/server.ts";
import { backfillResult, type BackfillTask } from "./backfill/worker.ts";
import { BULK_CONCURRENCY } from "../shared/backfill/collecting.ts";
import { runChild } from "./child.ts";
import { startDatabase } from "./database.ts";
import type { Bench } from "./report.ts";

const ITEMS = Number(Deno.env.get("BENCH_ITEMS") ?? 10_000);
const COMMENTED = 500;
const LIMIT = 60;
const PAGE = 100;

export const backfill: Bench = async (report) => {
  const database = await startDatabase(report);
  const plane = await startSandboxPlane({ requestsPerMinute: 10_000_000 });
  const odoo = await startSandboxOdoo();
  try {
    report(`${ITEMS} work items in Plane`);
    const project = await makeItems(plane, "Large", ITEMS, 0);
    const talk = await makeItems(plane, "Talk", COMMENTED, 1);
    const task: BackfillTask = {
      databaseUrl: database.url,
      plane: { url: plane.url, apiKey: plane.apiKeys.service, workspaceSlug: plane.workspaceSlug },
      odoo: { url: odoo.url, database: odoo.database, login: odoo.login, apiKey: odoo.apiKey },
      project,
      commented: talk,
      concurrency: BULK_CONCURRENCY,
      latencyMs: 150,
      connections: 6,
    };
    report(`the backfill of ${COMMENTED} with a comment each, then of ${ITEMS}`);
    const { small, large, rssGrowth } = backfillResult.parse(await runChild("./backfill/worker.ts", task));
    const after = odoo.calls.findIndex(({ model, method }, index) =>
      model === "project.project" && method === "search_read" &&
      odoo.calls.slice(0, index).some((call) => call.model === model && call.method === method)
    );
    const calls = odoo.calls.slice(after);
    const writes = calls.filter(({ method }) => ["load", "write", "create"].includes(method));
    const tasks = odoo.records("project.task").length;
    const allowedMs = (ITEMS / PAGE / LIMIT) * 60_000;
    const remarks = [
      `Reading took ${large.readingCalls} requests and ${
        (large.readingMs / 1000).toFixed(0)
      } s of the virtual clock; ` +
      `${ITEMS / PAGE} pages at ${LIMIT} a minute are ${
        (allowedMs / 1000).toFixed(0)
      } s. A window begins with what is saved up.`,
      `Odoo has ${tasks} tasks; the run is ${large.status}, complete: ${large.complete}. With comments: ${small.status}.`,
    ];
    return {
      figures: [
        {
          name: "share_of_limit",
          value: allowedMs / large.readingMs,
          targets: [{ atLeast: 0.95 }],
          meaning: "time the limit needs for full pages / time the reading took",
        },
        {
          name: "odoo_calls_per_100_items",
          value: (calls.length / ITEMS) * 100,
          targets: [{ atMost: 10 }],
          meaning: "reads, writes and searches together",
        },
        {
          name: "odoo_writes_per_100_items",
          value: (writes.length / ITEMS) * 100,
          targets: [{ atMost: 5 }],
          meaning: "load, write and create",
        },
        {
          name: "rss_growth_mb",
          value: rssGrowth / 2 ** 20,
          targets: [{ below: 64 }],
          meaning: "the worker's memory, most at any time less what it began with",
        },
        {
          name: "items_per_s",
          value: large.items / large.seconds,
          meaning: "read, written to Odoo, read back and settled, on this machine's clock",
        },
        {
          name: "items_with_comments_per_minute",
          value: small.commentCalls / (small.commentsMs / 60_000),
          meaning: "work items whose comments are read under the same limit, one request each",
        },
      ],
      versions: { postgres: database.version },
      remarks,
    };
  } finally {
    await odoo.close();
    await plane.close();
    await database.server.stop();
  }
};

async function makeItems(
  plane: SandboxPlane,
  name: string,
  count: number,
  comments: number,
): Promise<string> {
  const { id } = await plane.api("POST", "/projects/", { name, identifier: name.toUpperCase() });
  const states = (await plane.api("GET", `/projects/${id}/states/`)).results as { id: string }[];
  for (let number = 0; number < count; number++) {
    const item = await plane.api("POST", `/projects/${id}/work-items/`, {
      name: `Item ${number}`,
      description_html:
        `<p>What has to be done for <strong>number ${number}</strong>, in a sentence or two of ordinary length.</p>`,
      priority: ["urgent", "high", "medium", "low", "none"][number % 5],
      state: states[number % states.length]?.id,
    });
    for (let each = 0; each < comments; each++) {
      const path = `/projects/${id}/work-items/${item.id}/comments/`;
      await plane.api("POST", path, { comment_html: `<p>Comment on ${number}</p>` });
    }
  }
  return String(id);
}
