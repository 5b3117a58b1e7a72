/** Repeatable randomness: one seed, and a stream of its own for each purpose, so that one more draw here moves nothing there. */

export interface Random {
  /** In [0, 1). */
  next(): number;
  /** Whole, from `low` to `high`, both included. */
  between(low: number, high: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  /** A stream of its own. */
  split(purpose: string): Random;
}

/** The generator is sfc32 (public domain): 128 bits of state, four additions and shifts a number. */
export function seededRandom(seed: number, purpose = ""): Random {
  let a = hash(seed >>> 0, purpose);
  let b = hash(a, "b");
  let c = hash(b, "c");
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter++) >>> 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) >>> 0;
    c = (((c << 21) | (c >>> 11)) + sum) >>> 0;
    return sum / 4_294_967_296;
  };
  for (let warm = 0; warm < 12; warm++) next();
  return {
    next,
    between: (low, high) => low + Math.floor(next() * (high - low + 1)),
    chance: (probability) => probability > 0 && next() < probability,
    pick<Item>(items: readonly Item[]): Item {
      const item = items[Math.floor(next() * items.length)];
      if (item === undefined) throw new Error("nothing to pick from");
      return item;
    },
    split: (inner) => seededRandom(seed, `${purpose}/${inner}`),
  };
}

/** FNV-1a, 32 bits. */
export function hash(start: number, text: string): number {
  let value = (start ^ 0x811c9dc5) >>> 0;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return value;
}
