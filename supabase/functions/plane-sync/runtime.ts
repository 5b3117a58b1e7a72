/** What the runtime gives. */
export interface Runtime {
  fetch: typeof fetch;
  writeLine: (line: string) => void;
  /** A clock that never goes back, in ms. */
  monotonicMs: () => number;
  /** Keeps the isolate alive until the promise ends. */
  waitUntil: (promise: Promise<unknown>) => void;
  /** Calls the listener when the platform is about to end this isolate. */
  onEnding: (listener: () => void) => void;
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
