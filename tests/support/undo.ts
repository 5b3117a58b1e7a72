/** Takes synchronisations back as operations do, and reads what the log says of them. */
import { manage } from "./manage.ts";
import { startPlaneSync } from "./plane_sync.ts";
import type { SyncWorld } from "./sync_world.ts";

interface Answer {
  run_id: string | null;
  undoing: { field: string; side: string }[];
  not_undone: { field: string; reason: string }[];
}

/** Orders it at the door and lets the world's worker carry it out, because the door itself reaches neither sandbox. */
export async function takeBack(
  world: SyncWorld,
  selection: { log_id: string } | { run_id: string | null },
): Promise<Answer> {
  const answer = await orderToTakeBack(world, selection);
  await world.drain();
  return answer;
}

/** Orders it at the door; nobody carries it out yet. */
export async function orderToTakeBack(
  world: SyncWorld,
  selection: { log_id: string } | { run_id: string | null },
): Promise<Answer> {
  await using door = startPlaneSync(world.databaseUrl, { SYNC_DRAIN_WALL_CLOCK_MS: "0" });
  return await manage(door, "undo", selection) as unknown as Answer;
}

/** Looks again at what failed, whenever it was to be tried again. */
export async function lookAgain(world: SyncWorld): Promise<void> {
  await world.sql`update plane.sync_queue set next_attempt_at = now(), lock_until = null`;
  await world.drain();
}

/** The newest row of the log that changed this field. */
export async function logOf(world: SyncWorld, field: string): Promise<{ log_id: string }> {
  const [row] = await world.sql<{ id: string }[]>`
    select id::text from plane.sync_log
    where success and changes @> ${world.sql.json([{ field }])} order by id desc limit 1`;
  if (row === undefined) throw new Error(`nothing has changed ${field}`);
  return { log_id: row.id };
}

/** The row that says that a record was made. */
export async function makingOf(world: SyncWorld, planeType: string): Promise<{ log_id: string }> {
  const [row] = await world.sql<{ id: string }[]>`
    select l.id::text from plane.sync_log l join plane.sync_mappings m on m.id = l.mapping_id
    where l.operation = 'create' and m.plane_type = ${planeType} order by l.id desc limit 1`;
  if (row === undefined) throw new Error(`no ${planeType} was made`);
  return { log_id: row.id };
}

/** Fields that were ordered to be taken back and were left alone in the end. */
export async function givenUp(world: SyncWorld): Promise<string[]> {
  const rows = await world.sql<{ metadata: { fields: string[] } }[]>`
    select metadata from ops.events where event_type = 'undo_given_up'`;
  return rows.flatMap(({ metadata }) => metadata.fields);
}
