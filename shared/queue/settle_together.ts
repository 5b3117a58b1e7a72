/** Settlements of entities that end at about the same time go to the database together. */
import type { SuiteError } from "../errors.ts";
import { isDatabaseUnreachable } from "../store/database.ts";
import type { Settlement } from "../store/queue.ts";
import { failureOf } from "./failure.ts";

/** Writes settlements, all or none. Returns the ids that were still ours. */
type Settle = (settlements: Settlement[]) => Promise<Set<string>>;

interface Settled {
  /** Ids that were still ours. */
  ours: Set<string>;
  /** Ids whose settlement could not be written, and why. */
  refused: Map<string, SuiteError>;
}

/**
 * One settlement that the database refuses must not keep the others from being written. When the database is away, nobody
 * has to try alone: the end of the lease brings them back.
 */
async function settleOrAlone(
  settle: Settle,
  settlements: Settlement[],
): Promise<Settled> {
  try {
    return { ours: await settle(settlements), refused: new Map() };
  } catch (thrown) {
    const settled: Settled = { ours: new Set(), refused: new Map() };
    const alone = settlements.length > 1 && !isDatabaseUnreachable(thrown);
    for (const settlement of settlements) {
      const { id } = settlement.claimed;
      try {
        if (!alone) throw thrown;
        for (const ours of await settle([settlement])) settled.ours.add(ours);
      } catch (refusal) {
        settled.refused.set(id, failureOf(refusal));
      }
    }
    return settled;
  }
}

/**
 * While one settle is on its way, what ends meanwhile is settled together with the next: no waiting, fewer commits.
 *
 * @returns a function that answers for the whole batch its settlement went with; it never throws
 */
export function settlingTogether(settle: Settle): (settlement: Settlement) => Promise<Settled> {
  let next: Settlement[] = [];
  let sending: Promise<Settled> | undefined;
  let following: Promise<Settled> | undefined;
  const send = () => {
    const batch = next;
    next = [];
    following = undefined;
    sending = settleOrAlone(settle, batch).finally(() => sending = undefined);
    return sending;
  };
  return (settlement) => {
    next.push(settlement);
    if (sending === undefined) return send();
    return following ??= sending.then(send, send);
  };
}
