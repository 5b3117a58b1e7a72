/**
 * A program of its own: books calls as fast as it can. Each credential has a clock of its own, which moves with each call by
 * as much as lets one slot come free: its window is always full, and the next call is always admitted.
 */
import { z } from "zod";
import { openDatabase, type Sql } from "../../shared/store/database.ts";
import { answerTask } from "../child.ts";

const bookingTask = z.object({
  databaseUrl: z.string(),
  connections: z.number(),
  credentials: z.array(z.string()),
  /** How many bookings at once. */
  inFlight: z.number(),
  seconds: z.number(),
  /**
   * `booked`: slots come free by age. `settled`: each call is answered, too, a statement more. `bare`: the peer, one row
   * per credential whose counter is raised; it knows no window, no lane and no wait.
   */
  kind: z.enum(["booked", "settled", "bare"]),
});
export type BookingTask = z.infer<typeof bookingTask>;

export const bookingResult = z.object({ booked: z.number(), refused: z.number(), seconds: z.number() });

const LIMIT = 60;
/** A call that is answered at once holds its slot for 60.5 s, one that never is for 150.5 s. */
const HOLD_MS = { settled: 60_500, unconfirmed: 150_500 };
const LANES = ["interactive", "live", "backfill"] as const;
const BEGIN = Date.UTC(2026, 0, 31, 12);

async function book(given: unknown) {
  const task = bookingTask.parse(given);
  const sql = openDatabase({
    databaseUrl: task.databaseUrl,
    databasePrepare: "on",
    databaseConnections: task.connections,
  });
  const settle = task.kind === "settled";
  const holdMs = settle ? HOLD_MS.settled : HOLD_MS.unconfirmed;
  const stepMs = Math.ceil(holdMs / (LIMIT - 1));
  await fillWindows(sql, task.credentials, holdMs, stepMs);
  let booked = 0;
  let refused = 0;
  let turn = 0;
  const one = async () => {
    const number = turn++;
    const credential = task.credentials[number % task.credentials.length] ?? "";
    if (task.kind === "bare") {
      await sql`update bench.bucket set used = used + 1 where credential = ${credential} returning used`;
      booked++;
      return;
    }
    const round = Math.floor(number / task.credentials.length) + 1;
    const now = new Date(BEGIN + round * stepMs).toISOString();
    const lane = LANES[round % LANES.length] ?? "live";
    const [row] = await sql<{ call_id: string | null }[]>`
      select call_id::text, wait_ms from plane.reserve_call(${credential}, ${lane}, 30000, ${now})`;
    if (row?.call_id) booked++;
    else refused++;
    // What Plane says in a full window: one slot is left.
    if (settle && row?.call_id) {
      await sql`select plane.settle_call(${row.call_id}, 200, 1, null, ${now})`;
    }
  };
  const startedAt = performance.now();
  const until = startedAt + task.seconds * 1000;
  await Promise.all(Array.from({ length: task.inFlight }, async () => {
    while (performance.now() < until) await one();
  }));
  const seconds = (performance.now() - startedAt) / 1000;
  await sql.end();
  return { booked, refused, seconds };
}

/** The calls of the time before, evenly spread, in all lanes. */
async function fillWindows(sql: Sql, credentials: string[], holdMs: number, stepMs: number): Promise<void> {
  await sql`create schema if not exists bench`;
  await sql`
    create table if not exists bench.bucket (credential text primary key, used integer not null) with (fillfactor = 50)`;
  await sql`insert into bench.bucket select unnest(${credentials}::text[]), 0`;
  await sql`insert into plane.api_budget (credential) select unnest(${credentials}::text[])`;
  await sql`
    insert into plane.api_call (credential, lane, status, booked_at, due_at, answered_at, held_until)
    select c, (array['interactive', 'live', 'backfill'])[n % 3 + 1], 'answered', t, t, t, t + ${holdMs} * interval '1 ms'
    from unnest(${credentials}::text[]) c, generate_series(0, ${LIMIT - 2}) n,
      lateral (select ${new Date(BEGIN).toISOString()}::timestamptz - n * ${stepMs} * interval '1 ms' as t) s
    order by n`;
  await sql`analyze plane.api_call`;
}

if (import.meta.main) await answerTask(book);
