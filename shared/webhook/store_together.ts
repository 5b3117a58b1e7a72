/**
 * Deliveries that come while others are being stored are stored together: a commit waits for the disk, and one wait can
 * serve many. Whoever comes when nothing is on its way is stored at once and alone.
 */
import { isDatabaseUnreachable } from "../store/database.ts";

export interface TogetherDependencies<Item, Result> {
  storeOne: (item: Item) => Promise<Result>;
  /** All or nothing; results in the order of the items. */
  storeMany: (items: readonly Item[]) => Promise<Result[]>;
  /** How much of `mostSize` an item takes. */
  sizeOf: (item: Item) => number;
}

export interface TogetherLimits {
  /** How many statements may be on their way at once. */
  statements: number;
  /** How many items go into one. */
  items: number;
  /** How large they may be together; a larger one goes alone. */
  size: number;
}

interface Waiting<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (thrown: unknown) => void;
}

/**
 * @returns a function that throws what `storeOne` throws for this item, or, when the database cannot be reached, what the
 *   statement before it threw. Anything else that ends a group concerns one of its items, so each is then stored alone.
 */
export function storeTogether<Item, Result>(
  deps: TogetherDependencies<Item, Result>,
  limits: TogetherLimits,
): (item: Item) => Promise<Result> {
  const waiting: Waiting<Item, Result>[] = [];
  let running = 0;

  const store = async (group: Waiting<Item, Result>[]): Promise<void> => {
    const [only] = group;
    if (group.length === 1 && only !== undefined) return await storeAlone(only);
    try {
      const results = await deps.storeMany(group.map(({ item }) => item));
      group.forEach(({ resolve }, index) => resolve(results[index] as Result));
    } catch (thrown) {
      if (isDatabaseUnreachable(thrown)) giveUp(group, thrown);
      else await Promise.all(group.map(storeAlone));
    }
  };
  const storeAlone = async (one: Waiting<Item, Result>): Promise<void> => {
    try {
      one.resolve(await deps.storeOne(one.item));
    } catch (thrown) {
      if (isDatabaseUnreachable(thrown)) giveUp([one], thrown);
      else one.reject(thrown);
    }
  };
  // Those in line would learn the same, each after a deadline of its own; who waits how long is decided elsewhere.
  const giveUp = (group: Waiting<Item, Result>[], thrown: unknown): void => {
    for (const { reject } of [...group, ...waiting.splice(0)]) reject(thrown);
  };
  const takeGroup = (): Waiting<Item, Result>[] => {
    let count = 0;
    let size = 0;
    for (const { item } of waiting) {
      size += deps.sizeOf(item);
      if (count === limits.items || (count > 0 && size > limits.size)) break;
      count += 1;
    }
    return waiting.splice(0, count);
  };
  const next = () => {
    while (running < limits.statements && waiting.length > 0) {
      running += 1;
      void store(takeGroup()).finally(() => {
        running -= 1;
        next();
      });
    }
  };
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      next();
    });
}
