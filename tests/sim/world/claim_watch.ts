/** Who was given which entity, and whose word the store took for it afterwards. */
import type { Claimed } from "../../../shared/store/queue.ts";

/** Between a claim and a settlement that did not come through: what was done meanwhile is in no log. */
export interface Unsettled {
  readonly worker: string;
  readonly entityKey: string;
  readonly from: number;
  to: number;
}

export class ClaimWatch {
  /** Claims whose settlement did not come through. */
  readonly unsettled: Unsettled[] = [];
  /** What the store took from somebody whose lease was lost: another had claimed the entity since. */
  readonly overtaken: string[] = [];
  readonly #newest = new Map<string, string>();

  claimed(worker: string, claims: readonly Claimed[], at: number): void {
    for (const claim of claims) {
      this.#newest.set(claim.entityKey, nameOf(claim));
      this.unsettled.push({ worker, entityKey: claim.entityKey, from: at, to: Infinity });
    }
  }

  /** The store has taken a worker's word. */
  took(worker: string, what: string, claim: Claimed, at: number): void {
    if (this.#newest.get(claim.entityKey) === nameOf(claim)) return;
    this.overtaken.push(
      `law 7: ${worker} ${what} ${claim.entityKey} at ${at}, which another had claimed since`,
    );
  }

  /** @param cameThrough whether the log knows all that was done */
  ended(worker: string, entityKey: string, cameThrough: boolean, at: number): void {
    const index = this.unsettled.findLastIndex((one) => one.worker === worker && one.entityKey === entityKey);
    const open = this.unsettled[index];
    if (open === undefined) return;
    open.to = at;
    if (cameThrough) this.unsettled.splice(index, 1);
  }
}

function nameOf({ id, fence }: Claimed): string {
  return `${id}#${fence}`;
}
