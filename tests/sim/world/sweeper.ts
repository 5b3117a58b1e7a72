/** Who sweeps: shared/sweep in an isolate of its own, with the same misfortunes as a worker. */
import { SuiteError } from "../../../shared/errors.ts";
import type { SweepDependencies } from "../../../shared/sweep/reader.ts";
import { INTERVALS, type Intervals } from "../../../shared/sweep/schedule.ts";
import { sweep, type SweepReport } from "../../../shared/sweep/sweep.ts";
import { Isolate } from "../kernel/isolate.ts";
import { portFrom } from "./store_port.ts";
import { wire } from "./wiring.ts";
import { LIMITS, misfortune, type WorkerWorld } from "./worker.ts";

/** Every reader is due, the full passes as well. */
const EVERYTHING: Intervals = { odooMs: 0, planeMs: 0, cyclesMs: 0, fullMs: 0 };

export type SweepPorts = Pick<SweepDependencies, "cursors" | "pairs" | "marks" | "deletedPartners">;

export class Sweeper {
  readonly isolate: Isolate;
  readonly #dependencies: Omit<SweepDependencies, "timeLeftMs">;

  constructor(readonly world: WorkerWorld, ports: SweepPorts, readonly name: string) {
    this.isolate = new Isolate(world.kernel, name);
    const { isolate } = this;
    isolate.beforeCall = () => misfortune(world, isolate, () => {});
    const port = <Port extends object>(subject: string, real: Port): Port =>
      portFrom(isolate, subject, real, world.trouble);
    const sync = wire(world, isolate, world.onEffect);
    this.#dependencies = {
      sync,
      backfillPlane: sync.backfillPlane,
      cursors: port("cursors", ports.cursors),
      pairs: port("pairs", ports.pairs),
      marks: port("marks", ports.marks),
      deletedPartners: port("deletedPartners", ports.deletedPartners),
      workerId: name,
      leaseMs: LIMITS.leaseMs,
    };
  }

  /**
   * One sweep, begun now.
   *
   * @param full every reader is due, as `?action=sweep {"full": true}` asks for it
   * @param onEnd told what came of it; never, when the isolate dies meanwhile
   */
  start(full: boolean, onEnd: (report: SweepReport) => void): void {
    const { kernel } = this.world;
    const endsAt = kernel.now + LIMITS.wallClockMs;
    const deps = { ...this.#dependencies, timeLeftMs: () => endsAt - kernel.now };
    kernel.after(0, this.isolate, () =>
      void sweep(deps, full ? EVERYTHING : INTERVALS).then((report) => {
        const codes = Object.entries(report.failed).map(([reader, code]) => ` ${reader}: ${code}`);
        kernel.trace.add(kernel.now, `${this.name} has swept, ${report.hints} hints${codes.join("")}`);
        if (Object.values(report.failed).includes("internal")) {
          this.world.onSurprise(new SuiteError("internal", { cause: new Error(codes.join("")) }));
        }
        onEnd(report);
      }, () => onEnd({ rows: 0, hints: 0, unannounced: 0, failed: { all: "internal" }, unfinished: true })));
  }
}
