/**
 * Law 2: every edit is in the final state, superseded by a later edit of the same field, written down as the loser of a
 * conflict, or in the gap between a reading and a writing that no API can close. Those are counted.
 */
import { isAddedByBoth } from "./added_by_both.ts";
import type { FieldName } from "./fields.ts";
import { type Change, same } from "./history.ts";
import { isTakenBack } from "./undone.ts";
import { sameMembers, sameValue } from "./logged_values.ts";
import { type Pair, pairsOf } from "./pairs.ts";
import type { Evidence } from "./evidence.ts";

const TEXTS: readonly FieldName[] = ["name", "description", "priority", "state", "target_date"];
const SETS: readonly FieldName[] = ["assignees", "labels"];

export interface LostUpdates {
  readonly failures: string[];
  /** Edits that the gap swallowed without leaving them in the inbox. */
  readonly inGap: number;
}

export async function lostUpdates(world: Evidence): Promise<LostUpdates> {
  const pairs = await pairsOf(world);
  const recorded = await losers(world);
  const failures: string[] = [];
  let inGap = 0;
  const pairOf = (change: Change) =>
    pairs.find((pair) => pair[change.side] === change.record) ??
      { plane: "", odoo: "", [change.side]: change.record };
  const edits = world.history.changes.filter((change) =>
    change.by === "person" && change.field !== "record" && !isLeftEmpty(change)
  );
  for (const edit of edits) {
    const pair = pairOf(edit);
    // What somebody deleted, or archived for good, keeps what the other side has.
    const final = (["plane", "odoo"] as const).flatMap((side) =>
      world.history.fields(side).get(pair[side]) ?? []
    );
    const field = edit.field as FieldName;
    const later = edits.filter((other) =>
      other.field === field && (pair[other.side] === other.record || wasBrought(world, pair, other)) &&
      (other.at > edit.at || (other.at === edit.at && edits.indexOf(other) > edits.indexOf(edit)))
    );
    const lost = TEXTS.includes(field)
      ? !final.some((fields) => same(fields[field], edit.to)) && later.length === 0 &&
        !recorded.some((loser) => loser.planeId === pair.plane && loser.field === field && loser.has(edit))
      : SETS.includes(field)
      ? lostMembers(edit, final.map((fields) => fields[field]), later)
        .some((member) => !isAddedByBoth(world, edit, pair, member)) &&
        !recorded.some((loser) =>
          loser.planeId === pair.plane && loser.field === field && loser.why !== "joined"
        )
      : false;
    if (!lost || wasDeleted(world, edit) || isBackAgain(world, edit, pair)) continue;
    if (isTakenBack(world, edit, pair, SETS.includes(field))) continue;
    if (swallowed(world, edit) || await isCrossed(world, edit, pair)) inGap += 1;
    else {
      failures.push(
        `law 2: ${edit.side}'s ${edit.record.slice(0, 4)}.${field} = ${
          JSON.stringify(edit.to)
        } at ${edit.at} is nowhere`,
      );
    }
  }
  return { failures, inGap };
}

/**
 * What people had set in a work item that was made for the task, and deleted before the engine had heard that it was made: the task
 * has another one by now. It is a later edit of the task's when the engine brought it there.
 */
function wasBrought({ history }: Evidence, { odoo }: Pair, edit: Change): boolean {
  return edit.side === "plane" && history.madeFor.get(edit.record) === `project.task,${odoo}` &&
    history.changes.some((change) =>
      change.by === "engine" && change.side === "odoo" && change.record === odoo &&
      change.field === edit.field && change.at >= edit.at && same(change.to, edit.to)
    );
}

/** What nobody filled in when the record was made. */
function isLeftEmpty({ from, to }: Change): boolean {
  return from === null && (to === "" || (Array.isArray(to) && to.length === 0));
}

/**
 * There and back while nobody looked: the field is what it was when the engine last wrote or saw it, and whoever changed it on
 * the other side meanwhile is the only one who did.
 */
function isBackAgain(world: Evidence, edit: Change, pair: Pair): boolean {
  const before = world.history.changes.filter((change) =>
    change.side === edit.side && change.record === edit.record && change.field === edit.field &&
    change.at <= edit.at
  );
  const run = before.slice(before.findLastIndex(({ by }) => by === "engine") + 1);
  const start = run.findLast(({ from }) => from !== null && same(from, edit.to));
  if (start === undefined) return false;
  const other = edit.side === "plane" ? "odoo" : "plane";
  // What the engine had carried over in between, it had seen.
  return !world.history.changes.some((change) =>
    change.by === "engine" && change.side === other && change.record === pair[other] &&
    change.field === edit.field && start.at < change.at && change.at < edit.at && !same(change.to, edit.to)
  );
}

/** Who deletes a record takes back what was said in it, as far as it went no further. */
function wasDeleted(world: Evidence, edit: Change): boolean {
  return world.history.changes.some((change) =>
    change.by === "person" && change.side === edit.side && change.record === edit.record &&
    change.field === "record" && change.to === "deleted"
  );
}

/** Members somebody added or took away that are not so now, and nobody touched later. */
function lostMembers(edit: Change, final: readonly unknown[], later: readonly Change[]): string[] {
  const [before, after] = [listOf(edit.from), listOf(edit.to)];
  const moved = [
    ...after.filter((member) => !before.includes(member)).map((member) => ({ member, there: true })),
    ...before.filter((member) => !after.includes(member)).map((member) => ({ member, there: false })),
  ];
  return moved.filter(({ member, there }) =>
    !final.some((members) => listOf(members).includes(member) === there) &&
    !later.some(({ from, to }) => listOf(from).includes(member) !== listOf(to).includes(member))
  ).map(({ member }) => member);
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** An engine's write hit the edit before its worker could see it: it had just read, and wrote a moment later. */
function swallowed(world: Evidence, edit: Change): boolean {
  return world.history.changes.some((change) =>
    change.by === "engine" && change.side === edit.side && change.record === edit.record &&
    change.field === edit.field && change.at >= edit.at && change.readAt !== null &&
    change.readAt <= edit.at &&
    change.at - change.readAt <= ONE_PASS_MS
  );
}

/** From a reading to the latest effect of the writing that follows it, in ms: a slow request included. */
export const ONE_PASS_MS = 100_000;

/**
 * Somebody on one side, and a moment later somebody on the other, set a field to what the engine then took for agreed, or wrote
 * there itself: it had read the one side before, and what the first of them did after that looked like the later edit.
 */
async function isCrossed(world: Evidence, edit: Change, pair: Pair): Promise<boolean> {
  const overtaken = world.history.changes.some((other) =>
    other.by === "person" && other.side !== edit.side && other.record === pair[other.side] &&
    other.field === edit.field && other.at <= edit.at && edit.at - other.at <= ONE_PASS_MS
  );
  return overtaken && (await world.store.log()).some((line) =>
    line.pair?.planeId === pair.plane &&
    line.changes.some(({ field, side, why, to }) =>
      field === edit.field && (why === "same_on_both" || side === edit.side) &&
      (Array.isArray(edit.to) ? sameMembers(world, to, edit.to) : sameValue(world, to, edit.to))
    )
  );
}

interface Loser {
  planeId: string | null;
  field: string;
  why: string;
  has(edit: Change): boolean;
}

/** Every value the log or the inbox kept of a conflict. */
async function losers(world: Evidence): Promise<Loser[]> {
  const loser = (
    planeId: string | null,
    field: string,
    why: string,
    values: readonly unknown[],
  ): Loser => ({
    planeId,
    field,
    why,
    has: (edit) => values.some((value) => sameValue(world, value, edit.to)),
  });
  const fromLog = (await world.store.log()).flatMap((line) =>
    line.changes.filter(({ why }) => /conflict|kept|joined|resolved/.test(String(why))).map((change) =>
      loser(line.pair?.planeId ?? null, String(change.field), String(change.why), [
        change.from,
        change.to,
        change.base,
      ])
    )
  );
  const fromInbox = (await world.store.conflicts()).filter(({ isOrder }) => !isOrder).map((
    { pair, field, planeValue, odooValue },
  ) => loser(pair.planeId, field, "open", [planeValue, odooValue]));
  return [...fromLog, ...fromInbox];
}
