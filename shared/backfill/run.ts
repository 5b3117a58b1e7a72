/**
 * Takes the oldest backfill nobody works on and goes on with it until it is done or this request's time is over. Whatever happens
 * in between, the next one goes on where the run's row says.
 */
import { SuiteError, toSuiteError } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import type { Log } from "../log.ts";
import type { HeldRun, RunStore } from "../store/runs/runs.ts";
import type { BackfillDependencies, RunAtWork } from "./steps/dependencies.ts";
import { readProgress } from "./steps/progress.ts";
import { readScope } from "./steps/scope.ts";
import { onBothSides, type Stage } from "./stage.ts";
import { takeStep } from "./steps/step.ts";

/** A page may wait a minute for its slot in Plane's budget, and longer while others use the key. */
const LEASE_MS = 300_000;
/** Between two looks at what the queue still has. */
const LOOK_AGAIN_MS = 300;
/** Whoever is asked to wait longer than this leaves it to another request. */
const LONGEST_PAUSE_MS = 20_000;

export interface BackfillRunner {
  runs: RunStore;
  /** @throws SuiteError plane_not_configured or odoo_not_configured */
  dependencies: () => BackfillDependencies;
  /** Where a dry run takes place. */
  rehearsal: (held: HeldRun, run: RunAtWork) => Promise<Stage>;
  workerId: string;
  /** A clock that never goes back, in ms. */
  now: () => number;
  sleep: (milliseconds: number) => Promise<void>;
  /** True once the platform has announced that this isolate ends. */
  stopping: () => boolean;
  /** How long one request may work at it, in ms. */
  wallClockMs: number;
  /** After so many records a dry run asks for another request, and so another share of CPU time, as a drain does. */
  entities: number;
  log: Log;
}

export interface BackfillReport {
  /** The run that was worked at; null: there was none. */
  run: string | null;
  /** It stopped because its time was over: another request should go on. */
  more: boolean;
}

export async function runBackfill(runner: BackfillRunner): Promise<BackfillReport> {
  const held = await runner.runs.claim(runner.workerId, LEASE_MS, ["backfill"]);
  if (held === null) return { run: null, more: false };
  try {
    return { run: held.id, more: await goOn(runner, held) };
  } catch (thrown) {
    const error = toSuiteError(thrown);
    runner.log("warn", "backfill_stopped", { run_id: held.id, code: error.code });
    const status = error.retry === "never" ? "failed" as const : "queued" as const;
    await runner.runs.advance(held.id, held.fence, { status, error: error.code }, LEASE_MS);
    return { run: held.id, more: false };
  }
}

/** @returns true when there is more to do and the time is over */
async function goOn(runner: BackfillRunner, held: HeldRun): Promise<boolean> {
  const { runs, now } = runner;
  const scope = readScope(held.scope);
  if (scope === null) throw new SuiteError("bad_request", { message: "The run's scope is not understood." });
  const run: RunAtWork = { id: held.id, scope, index: null };
  const startedAt = now();
  let progress = readProgress(held.progress);
  const stage = held.dry_run
    ? await runner.rehearsal(held, run)
    : onBothSides(runs, held, run, runner.dependencies());
  const write = (status: "running" | "queued") =>
    stage.keep({ status, progress: asJson(progress) }, LEASE_MS);

  let carried = 0;
  while (progress.phase !== "report") {
    const isOver = now() - startedAt >= runner.wallClockMs || carried >= runner.entities;
    if (runner.stopping() || isOver) {
      await write("queued");
      return true;
    }
    const { worked, outage } = await stage.carryOut();
    carried += worked;
    if (worked > 0) {
      progress = { ...progress, remains: await stage.deps.store.remains(run.id) };
      if (!await write("running")) return false;
      if (outage !== null) await patience(outage, runner);
      continue;
    }
    const stepAt = now();
    const reading = progress.phase === "items";
    const step = await takeStep(progress, run, stage.deps).catch((thrown) => patience(thrown, runner));
    if (step === null) continue;
    const { progress: next, wait, rests } = step;
    progress = reading ? { ...next, busy_ms: next.busy_ms + now() - stepAt } : next;
    if (rests) {
      // It is looked at again by the schedule, as what backs off is.
      await write("queued");
      return false;
    }
    if (!await write("running")) return false;
    if (wait) await runner.sleep(LOOK_AGAIN_MS);
  }
  const report = asJson(await stage.report(progress));
  await runs.advance(held.id, held.fence, { status: "done", progress: asJson(progress), report }, LEASE_MS);
  return false;
}

/** Plane or its budget says how long to wait: the step is taken again then. Anything else ends this request's work. */
async function patience(thrown: unknown, { sleep }: BackfillRunner): Promise<null> {
  const limited = thrown instanceof SuiteError && thrown.code === "plane_rate_limited";
  if (!limited || thrown.retryAfterMs === undefined || thrown.retryAfterMs > LONGEST_PAUSE_MS) throw thrown;
  await sleep(Math.max(thrown.retryAfterMs, LOOK_AGAIN_MS));
  return null;
}

function asJson(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}
