/** The dice: what goes wrong with each call and each delivery. Once `calm` is set, nothing does. */
import type { Random } from "../kernel/random.ts";
import type { Travel } from "../kernel/isolate.ts";
import type { Faults } from "./schedule.ts";

/** What becomes of a request to Plane or Odoo. */
export type Fate =
  | "well"
  | "error_before"
  | "error_after"
  | "drop_before"
  | "drop_after"
  | "silence_before"
  | "silence_after"
  | "late"
  | "rate_limited"
  | "serialization";

const SILENCES = ["drop_before", "drop_after", "silence_before", "silence_after", "late"] as const;

export class Trouble {
  calm = false;

  constructor(readonly faults: Faults, readonly random: Random) {}

  chance(name: keyof Faults): boolean {
    return !this.calm && this.random.chance(this.faults[name]);
  }

  upstream(side: "plane" | "odoo"): Fate {
    if (this.calm) return "well";
    if (this.chance("upstreamError")) return this.random.pick(["error_before", "error_after"]);
    if (this.chance("upstreamSilence")) return this.random.pick(SILENCES);
    if (side === "plane" && this.chance("rateLimited")) return "rate_limited";
    if (side === "odoo" && this.chance("serialization")) return "serialization";
    return "well";
  }

  database(): "well" | "before" | "after" {
    return this.chance("database") ? this.random.pick(["before", "after"]) : "well";
  }

  /** Mostly quick; now and then a call takes long enough for others to overtake it. */
  travel(usualMs: number): Travel {
    const leg = () => this.random.between(1, usualMs) * (this.random.chance(0.03) ? 40 : 1);
    return { there: leg(), back: leg() };
  }
}
