/** The way from a worker to the shared budget of requests to Plane: it is in the database, so each question is a call. */
import type { CallBudget, Reservation } from "../../../shared/plane/call_budget.ts";
import type { Isolate } from "../kernel/isolate.ts";
import type { Trouble } from "./trouble.ts";

export function budgetFrom(isolate: Isolate, budget: CallBudget, trouble: Trouble): CallBudget {
  const call = <Result>(name: string, run: () => Promise<Result>): Promise<Result> =>
    isolate.call<Result>(() => `budget ${name}`, trouble.travel(5), async () => {
      try {
        return { value: await run() };
      } catch (error) {
        return { error };
      }
    }, true);
  const booked = (reservation: Reservation): Reservation => ({
    waitMs: reservation.waitMs,
    release: () => call("release", () => reservation.release()),
    settle: (answer) => call("settle", () => reservation.settle(answer)),
  });
  return {
    reserve: async (credential, lane, longestWaitMs) =>
      booked(await call("reserve", () => budget.reserve(credential, lane, longestWaitMs))),
    pausedMs: (credential) => call("pausedMs", async () => await budget.pausedMs?.(credential) ?? 0),
  };
}
