/** What the deployment check prints and counts. A check that throws has failed; nothing is caught in silence. */
import { stopHereIfInterrupted } from "./interruption.ts";

export interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

export class Report {
  readonly totals: Totals = { passed: 0, failed: 0, skipped: 0 };
  readonly #write: (line: string) => void;
  readonly #skips: string[] = [];

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  section(title: string): void {
    this.#write(`\n${title}`);
  }

  note(text: string): void {
    this.#write(`  ${text}`);
  }

  /**
   * Runs one check. Answers its value, or undefined after it failed, so that a caller can stop where the rest
   * would make no sense.
   */
  async check<Value>(name: string, body: () => Value | Promise<Value>): Promise<Value | undefined> {
    await stopHereIfInterrupted();
    try {
      const value = await body();
      await stopHereIfInterrupted();
      this.totals.passed += 1;
      this.#write(`  ok      ${name}`);
      return value;
    } catch (error) {
      await stopHereIfInterrupted();
      this.totals.failed += 1;
      const message = error instanceof Error ? error.message : String(error);
      this.#write(`  FAILED  ${name}`);
      for (const line of message.split("\n")) this.#write(`          ${line}`);
      return undefined;
    }
  }

  /** Says what was not checked, and why; repeated in the summary. */
  skip(name: string, reason: string): void {
    this.totals.skipped += 1;
    this.#skips.push(`skipped: ${name}: ${reason}`);
    this.#write(`  SKIPPED ${name}: ${reason}`);
  }

  /** The last lines: every skip again, then `N passed, N failed` and, if any, `, N skipped`. */
  summary(): string[] {
    const { passed, failed, skipped } = this.totals;
    const counts = `${passed} passed, ${failed} failed` + (skipped > 0 ? `, ${skipped} skipped` : "");
    return [...this.#skips, counts];
  }
}
