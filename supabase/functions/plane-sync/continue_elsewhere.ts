import type { Config } from "../../../shared/config.ts";
import type { Log } from "../../../shared/log.ts";

/**
 * A drain that stopped at its limits asks for another request, and so another share of CPU time, to go on. When that cannot
 * be asked for, the nudge by schedule does it within a minute.
 */
export async function continueElsewhere(
  config: Config,
  fetch: typeof globalThis.fetch,
  log: Log,
): Promise<void> {
  const key = config.secretKeys.cron;
  if (config.supabaseUrl === undefined || key === undefined) return;
  try {
    const answer = await fetch(new URL("/functions/v1/plane-sync?action=drain", config.supabaseUrl), {
      method: "POST",
      headers: { apikey: key },
      signal: AbortSignal.timeout(2_000),
    });
    await answer.body?.cancel();
  } catch (thrown) {
    // A time-out is the normal end: the other drain answers when it is done, and nobody waits for that.
    if (thrown instanceof Error && thrown.name === "TimeoutError") return;
    log("warn", "continue_elsewhere_failed", {});
  }
}
