/** What happened, in order: a fingerprint of the whole run, and the last lines for people. */
import { hash } from "./random.ts";

export class Trace {
  #one = 0;
  #other = 1;
  #count = 0;
  readonly #lines: string[] = [];

  /** @param kept how many lines are kept for reading; all of them count for the fingerprint */
  constructor(readonly kept: number) {}

  add(at: number, line: string): void {
    const text = `${at} ${line}`;
    this.#one = hash(this.#one, text);
    this.#other = hash(this.#other ^ this.#count, text);
    this.#count += 1;
    if (this.kept === 0) return;
    this.#lines.push(text);
    if (this.#lines.length > 2 * this.kept) this.#lines.splice(0, this.#lines.length - this.kept);
  }

  /** Equal for equal runs. */
  get fingerprint(): string {
    return `${this.#count}-${this.#one.toString(16)}${this.#other.toString(16)}`;
  }

  get lines(): readonly string[] {
    return this.#lines.slice(-this.kept);
  }
}
