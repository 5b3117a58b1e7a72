/** The rows people on call look at. */
import type postgres from "postgres";
import type { Stack } from "../stack.ts";

export async function printOpsView(stack: Stack, sql: postgres.Sql): Promise<void> {
  const show = async (title: string, rows: PromiseLike<readonly object[]>) => {
    console.log(`\n${title}`);
    console.table([...await rows]);
  };
  await show(
    "select * from plane.v_sync_stats",
    sql`
    select source_system, source_type, total_mappings, active_count, error_count, avg_version from plane.v_sync_stats`,
  );
  await show(
    "the ledger: plane.webhook_delivery",
    sql`
    select envelope, event_type, status, count(*)::int as deliveries from plane.webhook_delivery
    group by 1, 2, 3 order by 1, 2, 3`,
  );
  await show(
    "what was done: plane.sync_log",
    sql`
    select operation, success, count(*)::int as times, round(avg(duration_ms))::int as mean_ms from plane.sync_log
    group by 1, 2 order by 1, 2`,
  );
  await show(
    "events: ops.events where category = 'plane-sync'",
    sql`
    select level, event_type, left(message, 90) as message from ops.events where category = 'plane-sync'
    order by created_at desc limit 6`,
  );
  const status = await fetch(`${stack.functionUrl}?action=status`, {
    headers: { authorization: `Bearer ${stack.keys.manage}` },
  });
  const answer = await status.json();
  console.log(`\nGET ?action=status: ${status.status}`);
  console.log(
    JSON.stringify(
      {
        ok: answer.ok,
        queue: answer.queue,
        config_problems: answer.config_problems,
        next_actions: answer.next_actions,
      },
      null,
      2,
    ),
  );
}
