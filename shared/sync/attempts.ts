/**
 * A write is noted before it is sent. Should its worker die, or no answer come, the next one knows what may have been written;
 * should all go well, settling takes the note away again.
 */
import { SuiteError } from "../errors.ts";
import { parseStamp } from "../stamp.ts";
import { actorsOf } from "./actors.ts";
import type { Effect } from "./effect.ts";
import type { PlaneForm, SyncEntity } from "./pairs/kind.ts";
import type { AttemptOver } from "./plan/attempts.ts";
import { type Carried, nextBases } from "./plan/bases.ts";
import type { PairNow } from "./plan/pair_now.ts";
import type { PlanInput } from "./plan/plan_input.ts";
import type { Plan, Side } from "./plan/planned.ts";
import type { SyncDependencies } from "./sides/dependencies.ts";

/** The stamps of both records, comparable; null where there is none. */
export function stampsOf<Form extends PlaneForm>(
  { form, record }: Pick<PairNow<Form>, "form" | "record">,
): Record<Side, string | null> {
  return { plane: parseStamp(form?.updated_at), odoo: parseStamp(record?.write_date) };
}

/**
 * @param plan what is carried out up to and including this write
 * @returns the attempt's id; null where no field is written. What is written to both sides at once has no bases in the note of the
 *   first: it is agreed on when both have it
 * @throws SuiteError lease_lost
 */
export async function noteAttempt<Form extends PlaneForm>(
  { claimed }: SyncEntity<Form>,
  side: Side,
  now: PairNow<Form>,
  { input, plan, stored }: { input: PlanInput<Form>; plan: Plan; stored: Carried<Form> },
  deps: SyncDependencies,
): Promise<string | null> {
  const changes = plan.changes.filter((change) => change.side === side);
  if (changes.length === 0) return null;
  const written = Object.keys(plan.expected[side]);
  const { planeBase, odooBase } = nextBases(input, plan, stored);
  const agreed = (base: typeof planeBase) =>
    Object.fromEntries(
      written.flatMap((field) =>
        plan.agreed.includes(field) && base[field] !== undefined ? [[field, base[field]]] : []
      ),
    );
  // A set that goes to both sides is agreed on when both have it.
  const open = Object.fromEntries(
    written.filter((field) => !plan.agreed.includes(field) && plan.joined[field] !== undefined)
      .map((field) => [field, null]),
  );
  const actors = actorsOf(claimed, now.record);
  const id = await deps.store.noteAttempt(claimed, now.mapping.id, {
    side,
    stamp: stampsOf(now)[side],
    plane_base: { ...agreed(planeBase), ...(side === "plane" ? open : {}) },
    odoo_base: { ...agreed(odooBase), ...(side === "odoo" ? open : {}) },
    changes,
    actor: side === "plane" ? actors.odoo : actors.plane,
  });
  if (id === null) throw new SuiteError("lease_lost");
  return id;
}

/** The codes of answers that say no to a write: nothing was written. */
const REFUSALS: readonly string[] = ["odoo_rejected", "plane_rejected", "plane_conflict"];

/** The notes of one pass: those that were found, and its own. */
export class Notes {
  readonly #own: AttemptOver[];
  /** The write that is under way. */
  #open: string | null = null;

  /**
   * @param found what became of those that were there before
   * @param own what became of the notes of an earlier pass in this very claim
   */
  constructor(readonly found: readonly AttemptOver[], own: readonly AttemptOver[]) {
    this.#own = [...own];
  }

  /** Another write begins. One that is still under way was refused, and is tried again without what was wrong with it. */
  begin(id: string | null): void {
    this.#end("nothing");
    this.#open = id;
  }

  written(): void {
    this.#end("settled");
  }

  /** @returns the note that is over because the failure says that nothing was written; none: it stays */
  refusedBy(thrown: unknown): NonNullable<Effect["attempts"]> {
    if (!(thrown instanceof SuiteError) || thrown.outcomeUnknown || !REFUSALS.includes(thrown.code)) {
      return [];
    }
    return this.#open === null ? [] : [{ id: this.#open, became: "nothing" }];
  }

  /**
   * What settling is to say of them.
   *
   * @param isAllDone otherwise the next look has to know those that were found: of what is still to be written, too, nobody can tell
   *   whose it is, and a making may still turn out to have taken effect
   */
  over(isAllDone: boolean): Pick<Effect, "attempts"> {
    const over = [...isAllDone ? this.found : [], ...this.#own].map(({ id, became }) => ({
      id,
      became: became === "unmade" ? "nothing" as const : became,
    }));
    return over.length === 0 ? {} : { attempts: over };
  }

  #end(became: AttemptOver["became"]): void {
    if (this.#open !== null) this.#own.push({ id: this.#open, became });
    this.#open = null;
  }
}

/**
 * Where a pair ends, nobody will find out what became of the writes that were noted for it.
 *
 * @param said notes of writes that are logged by whoever ends the pair
 */
export function attemptsLeft<Form extends PlaneForm>(
  { attempts }: SyncEntity<Form>["pair"],
  said: ReadonlySet<string> = new Set(),
): Pick<Effect, "attempts"> {
  const became = (id: string) => said.has(id) ? "settled" as const : "unknown" as const;
  return attempts.length === 0 ? {} : { attempts: attempts.map(({ id }) => ({ id, became: became(id) })) };
}
