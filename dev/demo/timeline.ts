/** Prints what happens with the time since the start of the chapter. */
export interface Timeline {
  chapter(title: string): void;
  hop(text: string): void;
  row(text: string): void;
}

export function createTimeline(print: (line: string) => void, now: () => number): Timeline {
  let startedAt = now();
  return {
    chapter(title) {
      startedAt = now();
      print(`\n${title}`);
    },
    hop(text) {
      print(`  ${`${(now() - startedAt).toFixed(0)} ms`.padStart(8)}  ${text}`);
    },
    row(text) {
      print(`            ${text}`);
    },
  };
}

/** A demonstration that shows something else than it claims is a failure. */
export function expect(holds: boolean, claim: string): asserts holds {
  if (!holds) throw new Error(`The demo does not show what it should: ${claim}`);
}
