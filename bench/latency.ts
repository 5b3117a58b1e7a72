/**
 * How long a change takes from its webhook to Odoo, at five changes a second, and from Odoo to Plane, with and without webhooks.
 *
 * To Odoo: it begins when the webhook reaches us, before the function has seen it: Plane's webhooks go to a listener of the bench,
 * which notes the time and passes them on. It ends when the write is settled, as `plane.sync_log` tells: Odoo has answered the
 * write and the reading back after it. So the write itself is earlier; Odoo's own `write_date` would tell it to the second
 * only. To Plane: see latency/to_plane.ts. All clocks are this machine's. The gateway of the local stack is in between,
 * PostgreSQL commits to the disk.
 */
import postgres from "postgres";
import { settled } from "../dev/demo/watch.ts";
import type { InProcessSandboxPlane } from "../dev/sandbox/plane/server.ts";
import { type Stack, startStack } from "../dev/stack.ts";
import { createOdooClient, type OdooClient } from "../shared/odoo/client.ts";
import { startDatabase } from "./database.ts";
import { startListener } from "./latency/listener.ts";
import { measureToPlane, PER_SECOND_TO_PLANE, POLL_EVERY_MS, type ToPlane } from "./latency/to_plane.ts";
import type { Bench, BenchResult, Figure } from "./report.ts";
import { percentile } from "./statistics.ts";

const WORK_ITEMS = 20;
const CHANGES = 75;
const PER_SECOND = 5;

interface Measured extends ToPlane {
  toOdoo: number[];
}

interface Scene {
  stack: Stack;
  plane: InProcessSandboxPlane;
  sql: postgres.Sql;
  odoo: OdooClient;
}

export const latency: Bench = async (report) => {
  const environment = Deno.env.toObject();
  const database = await startDatabase(report);
  const lines: string[] = [];
  try {
    // The Plane is always the sandbox: its webhooks are what is measured, not its answers.
    const stack = await startStack({
      environment: { ...odooOf(environment), DATABASE_URL: database.url },
      report,
      log: (line) => lines.push(line),
    });
    try {
      const { plane } = stack;
      if (plane === undefined) throw new Error("The bench needs the sandbox Plane.");
      const sql = postgres(database.url, { max: 2, onnotice: () => {} });
      const { ODOO_URL: url, ODOO_DB, ODOO_LOGIN: login, ODOO_API_KEY: apiKey } = stack.odooSettings;
      const odoo = createOdooClient({ url, database: ODOO_DB, login, apiKey, protocol: "auto" }, { fetch });
      try {
        // The sandbox's service key may make 300 requests a minute; what is measured is not the waiting for a budget.
        await sql`alter table plane.api_budget alter column call_limit set default 300`;
        const measured = await measure({ stack, plane, sql, odoo }, report);
        const version = await odooVersion(stack);
        return describe(measured, database.version, version, stack.odoo !== undefined);
      } finally {
        await sql.end();
      }
    } catch (error) {
      console.error(`The function's last lines:\n${lines.slice(-20).join("\n")}`);
      throw error;
    } finally {
      await stack.close();
    }
  } finally {
    await database.server.stop();
  }
};

async function measure(scene: Scene, report: (line: string) => void): Promise<Measured> {
  const { stack, plane, sql, odoo } = scene;
  const listener = startListener(`${stack.functionUrl}?source=plane`);
  let project: number | undefined;
  try {
    plane.webhooks.add({ url: listener.url, version: "v1", secret: stack.planeWebhookSecret });
    const name = `Bench ${crypto.randomUUID().slice(0, 8)}`;
    const { id } = await plane.api("POST", "/projects/", { name, identifier: name.slice(-6).toUpperCase() });
    project = (await settled({ sql, odoo }, [`project:${id}`])).get(`project:${id}`);
    await takePartOnly(sql, project);
    const items: string[] = [];
    for (let number = 0; number < WORK_ITEMS; number++) {
      const item = await plane.api("POST", `/projects/${id}/work-items/`, { name: `Item ${number}` });
      items.push(String(item.id));
    }
    await settled({ sql, odoo }, items.map((item) => `issue:${item}`));
    report(`to Odoo: ${CHANGES} changes, ${PER_SECOND} per second`);
    const startedAt = performance.now();
    for (let number = 0; number < CHANGES; number++) {
      const wait = startedAt + (number * 1000) / PER_SECOND - performance.now();
      await new Promise((resolve) => setTimeout(resolve, Math.max(wait, 0)));
      const item = items[number % items.length];
      await plane.api("PATCH", `/projects/${id}/work-items/${item}/`, { name: `Change ${number}` });
    }
    await plane.idle();
    const pairs = await settled({ sql, odoo }, items.map((item) => `issue:${item}`));
    const toOdoo = await latenciesOf(sql, listener.received);
    const tasks = new Map([...pairs].map(([key, task]) => [key.slice("issue:".length), task]));
    return { toOdoo, ...await measureToPlane({ stack, plane, odoo }, tasks, report) };
  } finally {
    await listener.close();
    if (project !== undefined) await removeProject(odoo, project);
  }
}

/** A poll sees everything in Odoo: what is not the bench's own must stay out of it. */
async function takePartOnly(sql: postgres.Sql, project: number | undefined): Promise<void> {
  const options = sql.json({ odoo_projects: project === undefined ? [] : [project] });
  await sql`
    update plane.sync_config
    set enabled = enabled and odoo_model in ('project.project', 'project.task'), options = options || ${options}`;
}

/** From the listener's note of a name to the log's entry that this name was written. */
async function latenciesOf(sql: postgres.Sql, received: ReadonlyMap<string, number>): Promise<number[]> {
  const rows = await sql<{ name: string; at: number }[]>`
    select change ->> 'to' as name, extract(epoch from l.created_at)::float8 * 1000 as at
    from plane.sync_log l, jsonb_array_elements(l.changes) as change
    where l.success and change ->> 'field' = 'name' and change ->> 'to' like 'Change %'`;
  return rows.flatMap(({ name, at }) => {
    const receivedAt = received.get(name);
    return receivedAt === undefined ? [] : [at - receivedAt];
  });
}

function describe(measured: Measured, database: string, odoo: string, isSandbox: boolean): BenchResult {
  const { toOdoo, byWebhook, byPolling } = measured;
  const remarks = [
    isSandbox
      ? "The Odoo is the sandbox; set ODOO_URL, ODOO_DB, ODOO_LOGIN and ODOO_API_KEY to measure a real one."
      : "The Odoo is a real one.",
    `Polled every ${
      POLL_EVERY_MS / 1000
    } s here; a change waits for half of that on average, for a minute at most with cron.`,
  ];
  if (toOdoo.length < CHANGES) {
    remarks.push(`${CHANGES - toOdoo.length} changes were overtaken by the next one of their work item.`);
  }
  return {
    figures: [
      {
        name: "p50_ms",
        value: percentile(toOdoo, 0.5),
        targets: [{ below: 150 }],
        meaning: "webhook received to settled in Odoo, half of the changes",
      },
      { name: "p99_ms", value: percentile(toOdoo, 0.99), targets: [{ below: 1_000 }], meaning: "99 of 100" },
      { name: "max_ms", value: percentile(toOdoo, 1), meaning: "the slowest" },
      { name: "changes", value: toOdoo.length, meaning: `measured, ${PER_SECOND} per second` },
      ...quantiles("odoo_webhook_", byWebhook, "written in Odoo, webhook sent, to readable in Plane"),
      ...quantiles(
        "odoo_polling_",
        byPolling,
        `the same without webhooks, polled every ${POLL_EVERY_MS / 1000} s`,
      ),
      {
        name: "changes_in_odoo",
        value: byWebhook.length + byPolling.length,
        meaning: `measured, ${PER_SECOND_TO_PLANE} per second`,
      },
    ],
    versions: { postgres: database, odoo: isSandbox ? "sandbox" : odoo },
    remarks,
  };
}

function quantiles(prefix: string, latencies: readonly number[], meaning: string): Figure[] {
  return [
    {
      name: `${prefix}p50_ms`,
      value: percentile(latencies, 0.5),
      meaning: `${meaning}, half of the changes`,
    },
    { name: `${prefix}p90_ms`, value: percentile(latencies, 0.9), meaning: "9 of 10" },
    { name: `${prefix}max_ms`, value: percentile(latencies, 1), meaning: "the slowest" },
  ];
}

async function odooVersion({ functionUrl, keys }: Stack): Promise<string> {
  const answer = await fetch(`${functionUrl}?action=status`, { headers: { apikey: keys.manage } });
  const { odoo } = await answer.json();
  return String(odoo?.version ?? "unknown");
}

/** Deleting a project deletes its tasks; its stages are ours too, because they were made for it. */
async function removeProject(odoo: OdooClient, project: number): Promise<void> {
  const stages = await odoo.search("project.task.type", [["project_ids", "in", [project]]]);
  await odoo.call("project.project", "unlink", { ids: [project] });
  if (stages.length > 0) await odoo.call("project.task.type", "unlink", { ids: stages });
}

function odooOf(environment: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => name.startsWith("ODOO_")));
}
