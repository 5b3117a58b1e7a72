/** Lets whoever leaves a hint tell the drain that is already running in this isolate. */
export interface Wake {
  ring(): void;
  /** Resolves at the next ring after this call. */
  next(): Promise<void>;
}

export function createWake(): Wake {
  let bell = Promise.withResolvers<void>();
  return {
    ring() {
      bell.resolve();
      bell = Promise.withResolvers<void>();
    },
    next: () => bell.promise,
  };
}

/**
 * One drain at a time in this isolate, however many ask. Whoever asks while one runs wakes it; and because the drain may
 * just have looked for the last time, it then runs once more, unless it stopped at its limits.
 */
export function oneAtATime<Report extends { more: boolean }>(
  wake: Wake,
  run: () => Promise<Report>,
): () => Promise<Report> {
  let active: Promise<Report> | undefined;
  let again = false;
  const repeat = async (): Promise<Report> => {
    try {
      let report: Report;
      do {
        again = false;
        report = await run();
      } while (again && !report.more);
      return report;
    } finally {
      // In the same turn as the last look at `again`: nobody can ask in between and be told of a drain that is over.
      active = undefined;
    }
  };
  return () => {
    if (active !== undefined) {
      again = true;
      wake.ring();
      return active;
    }
    return active = repeat();
  };
}
