/** Who did what, with which result, when. Bodies and query values are never part of it. */
import type { Log } from "../log.ts";
import type { AuditedCall } from "../store/proxy/proxy_calls.ts";

export interface AuditDependencies {
  write: (calls: readonly AuditedCall[]) => Promise<void>;
  /** The share of successful reads that is written down, 0 to 1. Writes and refusals always are. */
  share: number;
  random: () => number;
  background: (work: Promise<unknown>) => void;
  log: Log;
}

const MOST_AT_ONCE = 500;

/**
 * Takes calls and writes them behind the answers: at once when nothing is being written, together when something is, so
 * that a busy worker needs few statements.
 */
export function createAudit(deps: AuditDependencies): (call: AuditedCall) => void {
  let waiting: AuditedCall[] = [];
  let writing = false;

  async function write(): Promise<void> {
    for (let batch = take(); batch.length > 0; batch = take()) {
      // One more try: the connection may just have been closed.
      await deps.write(batch).catch(() => deps.write(batch)).catch(() => {
        deps.log("error", "audit_lost", { calls: batch.length });
      });
    }
    writing = false;
  }
  function take(): AuditedCall[] {
    const batch = waiting.slice(0, MOST_AT_ONCE);
    waiting = waiting.slice(MOST_AT_ONCE);
    return batch;
  }

  return (call) => {
    const isQuiet = call.method === "GET" && call.status < 400;
    if (isQuiet && deps.random() >= deps.share) return;
    waiting.push(call);
    if (writing) return;
    writing = true;
    deps.background(write());
  };
}
