/** What a failed search says in a test's output. */
import type { SearchReport } from "./search.ts";

export function told({ failures }: SearchReport): string[] {
  return failures.map(({ seed, schedule, verdict }) =>
    [
      `seed ${seed} (task sim --seed ${seed} --seeds 1 --trace)`,
      ...verdict.failures,
      JSON.stringify(schedule),
    ].join("\n")
  );
}
