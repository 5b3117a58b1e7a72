/** One worker's process: what it asks of the world leaves it as an event and comes back as one, unless it dies in between. */
import type { Kernel, Owner } from "./kernel.ts";

/** How long a call is under way, in ms. */
export interface Travel {
  there: number;
  back: number;
}

export class Isolate implements Owner {
  alive = true;
  frozenUntil = 0;
  /** Asked before each call: here misfortune strikes. */
  beforeCall: () => void = () => {};

  constructor(readonly kernel: Kernel, readonly name: string) {}

  /** Its promises never go on; what it has already sent still arrives. */
  kill(): void {
    this.alive = false;
    this.kernel.trace.add(this.kernel.now, `${this.name} dies`);
  }

  /** Stands still for this long, in ms, as a machine does that is out of breath. */
  freeze(milliseconds: number): void {
    this.frozenUntil = Math.max(this.frozenUntil, this.kernel.now + milliseconds);
    this.kernel.trace.add(this.kernel.now, `${this.name} stands still until ${this.frozenUntil}`);
  }

  /**
   * A call to the outside. The effect happens when the call arrives, whether its caller still lives or not; the answer
   * comes later.
   *
   * @param label for the trace, asked once the effect is known; null: not worth a line
   * @param effect "lost": nobody hears of the outcome. It may take simulated time, unless it `blocks`: then it takes the
   *   machine's, and everything else stands still meanwhile.
   */
  call<Result>(
    label: () => string | null,
    travel: Travel,
    effect: () => Promise<{ value: Result } | { error: unknown } | "lost">,
    blocks = false,
  ): Promise<Result> {
    const { kernel } = this;
    this.beforeCall();
    return new Promise((resolve, reject) => {
      const arrive = async () => {
        const outcome = await effect();
        const said = label();
        if (said !== null) {
          kernel.trace.add(kernel.now, `${this.name} ${said}${outcome === "lost" ? " (no answer)" : ""}`);
        }
        if (outcome === "lost") return;
        kernel.after(travel.back, this, () => {
          if ("error" in outcome) reject(outcome.error);
          else resolve(outcome.value);
        });
      };
      kernel.after(travel.there, null, () => {
        const arrived = arrive();
        if (blocks) return arrived;
      });
    });
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.kernel.after(milliseconds, this, resolve));
  }
}
