/**
 * A worker that kills its own process with SIGKILL before, during or after its n-th call, whatever that is. Its argument is a
 * FaultPlan as JSON. When it lives to the end it prints the names of all its calls as JSON.
 */
import { createWorker, type WorkerTarget } from "../sync_worker.ts";

export interface FaultPlan {
  target: WorkerTarget;
  /** Nothing: the run is only recorded. */
  kill?: { call: number; when: "before" | "during" | "after" };
}

if (import.meta.main) {
  const { target, kill } = JSON.parse(Deno.args[0] ?? "") as FaultPlan;
  const calls: string[] = [];
  const die = () => Deno.kill(Deno.pid, "SIGKILL");
  const worker = createWorker(target, async (name, call) => {
    const number = calls.push(name) - 1;
    if (kill?.call !== number) return await call();
    if (kill.when === "before") die();
    const result = call();
    // During: the request has left or is about to, and its answer is not waited for.
    await (kill.when === "after" ? result.catch(() => {}) : new Promise((resolve) => setTimeout(resolve, 0)));
    die();
    return await result;
  });
  await worker.drain();
  await worker.end();
  console.log(JSON.stringify(calls));
}
