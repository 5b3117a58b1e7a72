/**
 * The shared budget of requests to Plane: how much of the limit is used without a 429, and how fast slots are booked.
 *
 * The program that books and PostgreSQL share the machine; commits wait for the disk.
 */
import { openDatabase } from "../shared/store/database.ts";
import { bookingResult, type BookingTask } from "./budget/bookings.ts";
import { simulateMinutes } from "./budget/minutes.ts";
import { runChild } from "./child.ts";
import { startDatabase } from "./database.ts";
import type { Bench } from "./report.ts";
import { median } from "./statistics.ts";

const WORKERS = 8;
const MINUTES = 11;
const CREDENTIALS = 64;
const ROUNDS = 3;
const ROUND_SECONDS = 1.5;

const KINDS = {
  many: { credentials: CREDENTIALS, kind: "booked" },
  one: { credentials: 1, kind: "booked" },
  settled: { credentials: CREDENTIALS, kind: "settled" },
  bareMany: { credentials: CREDENTIALS, kind: "bare" },
  bareOne: { credentials: 1, kind: "bare" },
} as const;

export const budget: Bench = async (report) => {
  const database = await startDatabase(report);
  try {
    report(`${MINUTES} minutes of ${WORKERS} workers in three lanes, on a virtual clock`);
    const sql = openDatabase({ databaseUrl: database.url, databasePrepare: "on", databaseConnections: 1 });
    const minutes = await simulateMinutes(sql, WORKERS, MINUTES).finally(() => sql.end());

    const rates: Record<keyof typeof KINDS, number[]> = {
      many: [],
      one: [],
      settled: [],
      bareMany: [],
      bareOne: [],
    };
    let refused = 0;
    for (let round = 1; round <= ROUNDS; round++) {
      report(`round ${round} of ${ROUNDS}: bookings over ${CREDENTIALS} credentials, over one, with answers`);
      for (const name of Object.keys(KINDS) as (keyof typeof KINDS)[]) {
        const { credentials, kind } = KINDS[name];
        const task: BookingTask = {
          databaseUrl: database.url,
          connections: WORKERS,
          credentials: Array.from({ length: credentials }, (_, each) => `${name}-${round}-${each}`),
          inFlight: WORKERS,
          seconds: ROUND_SECONDS,
          kind,
        };
        const result = bookingResult.parse(await runChild("./budget/bookings.ts", task));
        rates[name].push(result.booked / result.seconds);
        refused += result.refused;
      }
    }
    const lanes = Object.entries(minutes.perLane).map(([lane, count]) => `${lane} ${count.toFixed(1)}`);
    return {
      figures: [
        {
          name: "useful_per_minute",
          value: minutes.usefulPerMinute,
          targets: [{ atLeast: 58 }],
          meaning: `answered requests per minute at a limit of 60, ${WORKERS} workers, three lanes`,
        },
        {
          name: "upstream_429",
          value: minutes.upstream429,
          targets: [{ atMost: 0 }],
          meaning: "refused by the model of Plane's throttle (60 in any 60 s)",
        },
        {
          name: "reservations_per_s",
          value: median(rates.many),
          targets: [{ atLeast: 2_000 }],
          meaning: `booked over ${CREDENTIALS} credentials with full windows, fsync on`,
        },
        {
          name: "reservations_per_s_one_key",
          value: median(rates.one),
          targets: [{ atLeast: 500 }],
          meaning: "the same over one credential",
        },
        {
          name: "settled_calls_per_s",
          value: median(rates.settled),
          meaning: `booked and answered (two statements) over ${CREDENTIALS} credentials`,
        },
        {
          name: "bare_updates_per_s",
          value: median(rates.bareMany),
          meaning: "the peer: a counter per credential is raised, nothing else; same run",
        },
        {
          name: "bare_updates_per_s_one_key",
          value: median(rates.bareOne),
          meaning: "the same over one credential",
        },
      ],
      versions: { postgres: database.version },
      remarks: [
        `Per lane and minute: ${lanes.join(", ")}. Rounds, per s: ${CREDENTIALS} credentials ${
          show(rates.many)
        }; one ${show(rates.one)}; with answers ${show(rates.settled)}.`,
        `Bookings that would have had to wait more than 30 s and were refused: ${refused}.`,
      ],
    };
  } finally {
    await database.server.stop();
  }
};

function show(values: readonly number[]): string {
  return values.map((value) => value.toFixed(0)).join(" ");
}
