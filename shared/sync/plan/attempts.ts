/**
 * What both sides agree on when a write was noted and nobody settled it. Whatever is seen of it counts as having taken effect. Such
 * fields are doubtful: what looks like our write may be somebody's own edit to the same value, and where the old value still is,
 * the write may never have happened, or may have been taken back since. When a doubtful field is written next, the value it loses
 * is logged as that of a conflict, so that nothing is lost whichever it was.
 */
import { type Json, type JsonObject, sameJson } from "../../json.ts";
import type { AttemptRow } from "../../store/engine/sync_store.ts";
import type { Agreed } from "../lenses/lens.ts";
import { type ActiveLens, contextOf, type PlanInput } from "./plan_input.ts";
import type { Side } from "./planned.ts";

/**
 * `settled`: its own worker heard the answer and says itself what it did. `unmade`: no record was found that it could have made,
 * which is certain only once one is made.
 */
export interface AttemptOver {
  id: string;
  became: "settled" | "written" | "nothing" | "unmade" | "unknown";
}

export interface AfterAttempts {
  planeBase: JsonObject;
  odooBase: JsonObject;
  doubtful: ReadonlySet<string>;
  over: AttemptOver[];
}

type Known<Form> = Omit<
  PlanInput<Form>,
  "policy" | "resolutions" | "open" | "overwritten" | "doubtful" | "later"
>;

/**
 * @param stamps of both records as they are now. A record that still has the stamp and the values from before the write was not
 * written; the stamp alone is no proof, because Odoo's are whole seconds
 * @param made the side whose record carries the name its making gave it: what it was made with is agreed on, and what it has
 *   instead is somebody's edit
 */
export function basesAfterAttempts<Form>(
  input: Known<Form>,
  attempts: readonly AttemptRow[],
  stamps: Readonly<Record<Side, string | null>>,
  made: Side | null = null,
): AfterAttempts {
  const isKnown = isKnownIn(input);
  const makings = attempts.filter(({ side, stamp }) => side === made && stamp === null);
  const bases = basesOfMaking(input, makings);
  const doubtful = new Set<string>();
  const over = attempts.map((attempt): AttemptOver => {
    const { id, side, stamp } = attempt;
    // Where there is no record, a making came to nothing; what was written to one that is deleted since, nobody can tell.
    if (input[side] === null) return { id, became: stamp === null ? "unmade" : "unknown" };
    const isUntouched = stamp !== null && stamp === stamps[side];
    const written = { plane: attempt.plane_base, odoo: attempt.odoo_base };
    let wasSeen = makings.length === 1 && id === makings[0]?.id;
    for (const active of input.lenses.filter(({ lens }) => Object.hasOwn(written[side], lens.field))) {
      const { lens: { field } } = active;
      if (active.lens.basesSeen !== undefined && written[side][field] === null) {
        doubtful.add(field);
        continue;
      }
      const before = { plane: bases.plane[field], odoo: bases.odoo[field] };
      const after = { plane: written.plane[field], odoo: written.odoo[field] };
      const found = look(
        { ...input, planeBase: bases.plane, odooBase: bases.odoo },
        active,
        side,
        before,
        after,
      );
      // A part of what the making of its record led to is settled: that counts, and the rest is as doubtful as before.
      const isSettled = stamp === null && isKnown(field);
      const isSet = active.lens.basesSeen !== undefined;
      if (!isUntouched && (!isSettled || isSet) && isDoubtful(found, after, stamp === null)) {
        doubtful.add(field);
      }
      if (typeof found === "string") continue;
      // Agreed on already: an earlier look saw it, and ended half-way. Its stamp may be that from before the write all the same.
      const wasAgreed = sameAgreed({ plane: input.planeBase[field], odoo: input.odooBase[field] }, after);
      wasSeen ||= isSettled
        ? sameAgreed(found, after)
        : !sameAgreed(found, before) || (wasAgreed && shows(input, active, side, after[side]));
      if (isSettled) continue;
      set(bases.plane, field, found.plane);
      set(bases.odoo, field, found.odoo);
    }
    // A note without bases shows nothing: the stamp alone is no proof.
    const isSilent = Object.values(written[side]).every((base) => base === null);
    return { id, became: wasSeen ? "written" : isUntouched && !isSilent ? "nothing" : "unknown" };
  });
  return { planeBase: bases.plane, odooBase: bases.odoo, doubtful, over };
}

function isKnownIn<Form>({ planeBase, odooBase }: Known<Form>): (field: string) => boolean {
  return (field) => planeBase[field] !== undefined || odooBase[field] !== undefined;
}

/**
 * The bases with what the making of a record said of fields nobody has agreed on since. When it was tried more than once, nobody
 * knows which try made it: only what all of them said is certain.
 */
function basesOfMaking<Form>(
  input: Known<Form>,
  [making, ...others]: readonly AttemptRow[],
): Record<Side, Record<string, Json>> {
  const bases = { plane: { ...input.planeBase }, odoo: { ...input.odooBase } };
  if (making === undefined) return bases;
  const isKnown = isKnownIn(input);
  for (const { lens: { field, basesSeen } } of input.lenses) {
    // A set tells by itself, element by element.
    if (isKnown(field) || basesSeen !== undefined) continue;
    const said = ({ plane_base, odoo_base }: AttemptRow) => ({
      plane: plane_base[field],
      odoo: odoo_base[field],
    });
    if (others.some((other) => !sameAgreed(said(other), said(making)))) continue;
    set(bases.plane, field, making.plane_base[field]);
    set(bases.odoo, field, making.odoo_base[field]);
  }
  return bases;
}

/** What is agreed on by what is seen of one field; `old`: it is as before the write; `other`: neither. */
function look<Form>(
  input: Known<Form>,
  active: ActiveLens<Form>,
  side: Side,
  before: Agreed,
  after: Agreed,
): Agreed | "old" | "other" {
  const { lens } = active;
  if (lens.basesSeen !== undefined) return lens.basesSeen(side, input.plane, input.odoo, before, after);
  if (shows(input, active, side, after[side])) return after;
  return shows(input, active, side, before[side]) ? "old" : "other";
}

/** Whether the record has on that side what a base says. */
function shows<Form>(
  input: Known<Form>,
  active: ActiveLens<Form>,
  side: Side,
  base: Json | undefined,
): boolean {
  if (base === undefined) return false;
  const { lens } = active;
  const { plane, odoo } = input;
  const context = contextOf(input, active);
  return side === "plane"
    ? plane !== null && (lens.sameInPlane ?? sameJson)(base, lens.planeValue(plane, context))
    : odoo !== null && (lens.sameInOdoo ?? sameJson)(base, lens.odooValue(odoo, context));
}

/** What a new record has of what it was made with is ours; what it lacks, somebody may have taken away. */
function isDoubtful(found: Agreed | "old" | "other", after: Agreed, wasMade: boolean): boolean {
  if (typeof found === "string") return found === "old";
  return !wasMade || !sameAgreed(found, after);
}

function sameAgreed(one: Agreed, other: Agreed): boolean {
  return sameJson(one.plane ?? null, other.plane ?? null) && sameJson(one.odoo ?? null, other.odoo ?? null);
}

function set(base: Record<string, Json>, field: string, value: Json | undefined): void {
  if (value === undefined) delete base[field];
  else base[field] = value;
}
