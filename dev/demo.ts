/** `task demo`: everything on this machine, one story of both directions, nothing left behind. `--keep` leaves it running. */
import postgres from "postgres";
import { createOdooClient } from "../shared/odoo/client.ts";
import { runMain } from "./cleanup.ts";
import { printOpsView } from "./demo/ops_view.ts";
import { sandboxStory } from "./demo/plane.ts";
import { playStory } from "./demo/story.ts";
import { createTimeline } from "./demo/timeline.ts";
import { describeStack, untilInterrupted } from "./dev.ts";
import { startStack } from "./stack.ts";

async function main(): Promise<number> {
  const keep = Deno.args.includes("--keep");
  const startedAt = performance.now();
  const log: string[] = [];
  const stack = await startStack({
    environment: Deno.env.toObject(),
    report: (line) => console.log(line),
    log: (line) => log.push(line),
  });
  const sql = postgres(stack.databaseUrl, { max: 2, onnotice: () => {} });
  try {
    if (stack.plane === undefined) {
      throw new Error("The demo plays in the sandbox Plane; unset PLANE_API_URL, or use task dev.");
    }
    const { ODOO_URL: url, ODOO_DB: database, ODOO_LOGIN: login, ODOO_API_KEY: apiKey } = stack.odooSettings;
    const odoo = createOdooClient({ url, database, login, apiKey, protocol: "auto" }, { fetch });
    const story = await playStory({
      plane: sandboxStory(stack.plane, stack.functionUrl, stack.planeWebhookSecret, stack.odoo !== undefined),
      watch: { sql, odoo },
      functionUrl: stack.functionUrl,
      secret: stack.planeWebhookSecret,
      odooSecret: stack.odooWebhookSecret,
      timeline: createTimeline(console.log, () => performance.now()),
    });
    await printOpsView(stack, sql);
    if (keep) {
      describeStack(stack);
      await untilInterrupted();
    }
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(`\ndemo ok: ${story.deliveries} webhooks, ${story.tasks} tasks, ${seconds} s`);
    return 0;
  } catch (error) {
    console.error(`\nThe functions' last lines:\n${log.slice(-20).join("\n")}`);
    throw error;
  } finally {
    await sql.end({ timeout: 1 });
    await stack.close();
  }
}

if (import.meta.main) await runMain(main);
