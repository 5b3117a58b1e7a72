/**
 * The laws about comments. Law 1: those of a pair say the same, or one says that the other is gone. Law 4: none is doubled. Law 9:
 * none is deleted, and a deleted one does not come back.
 */
import type { Side } from "../world/schedule.ts";
import type { Evidence } from "./evidence.ts";
import { isKnownToItsWriter } from "./known.ts";
import { ONE_PASS_MS } from "./lost_updates.ts";
import { type Pair, pairsOf } from "./pairs.ts";
import type { Talk } from "./talk.ts";

export interface TalkEvidence extends Evidence {
  readonly talk: Talk;
}

const SIDES = ["plane", "odoo"] as const;
const otherOf = (side: Side): Side => side === "plane" ? "odoo" : "plane";

/** Every two that were ever each other's: by the servers, and by the engine's own memory. */
export async function remarkPairs({ talk, store }: TalkEvidence): Promise<Pair[]> {
  const pairs = new Map(talk.pairs);
  for (const { planeType, planeId: plane, odooId: odoo } of await store.pairs()) {
    if (planeType === "issue_comment" && plane !== null && odoo !== null) {
      pairs.set(`${plane} ${odoo}`, { plane, odoo });
    }
  }
  return [...pairs.values()];
}

/**
 * Laws 1 and 4, where both the work item and its task are there.
 *
 * @param isSweptForReal a comment in Plane that nothing announced is found only where nothing hides it from the sweep
 */
export async function unlikeComments(world: TalkEvidence, isSweptForReal: boolean): Promise<string[]> {
  const { talk } = world;
  const pairs = await remarkPairs(world);
  const conflicts = await world.store.conflicts();
  const kept = new Set(
    conflicts.filter(({ status, field }) => status === "open" && field === "comment")
      .map(({ pair }) => pair.planeId),
  );
  const isThere = ({ plane, odoo }: Pair) =>
    world.history.fields("plane").has(plane) && world.history.fields("odoo").has(odoo);
  const items = (await pairsOf(world)).filter(isThere);
  const found: string[] = [...doubles(world, pairs)];
  for (const side of SIDES) {
    const other = otherOf(side);
    const places = new Set(items.map((pair) => pair[side]));
    for (const [id, remark] of talk.remarks(side)) {
      if (!places.has(remark.on) || remark.text === "") continue;
      const name = `${side}'s comment ${id.slice(0, 4)}`;
      const partners = pairs.filter((pair) => pair[side] === id);
      const inPlane = side === "plane" ? [id] : partners.map(({ plane }) => plane);
      if (isSweptForReal && inPlane.some((comment) => isHiddenFromSweep(world, comment))) continue;
      if (partners.length === 0) found.push(`law 1: ${name} has no partner`);
      if (partners.length === 0 || partners.some(({ plane }) => kept.has(plane))) continue;
      const left = partners.flatMap((pair) => talk.remarks(other).get(pair[other]) ?? []);
      const gone = left.every(({ text }) => text === "");
      if (gone !== remark.marked && !tookTheLine(talk, side, id)) {
        found.push(`law 1: ${name} ${gone ? "does not say" : "says"} that its original is gone`);
      }
      const [partner] = left;
      if (gone || partner === undefined || partner.text === remark.text) continue;
      found.push(`law 1: ${name} says "${remark.text}", its partner "${partner.text}"`);
    }
  }
  return found;
}

/** An item in the archive is in no list. */
function isHiddenFromSweep({ talk, history }: TalkEvidence, comment: string): boolean {
  const on = talk.remarks("plane").get(comment)?.on ?? talk.placeOf(comment);
  return on !== undefined && history.fields("plane").get(on)?.archived === true;
}

/** Somebody wrote over the line that said that the original is gone. */
function tookTheLine({ changes }: Talk, side: Side, id: string): boolean {
  const marked = changes.filter((change) => change.side === side && change.id === id)
    .findLast(({ what }) => what === "marked");
  return marked?.by === "person" && marked.to === false;
}

function doubles({ talk }: TalkEvidence, pairs: readonly Pair[]): string[] {
  const madeByEngine = (side: Side, id: string) =>
    talk.changes.some((change) =>
      change.what === "made" && change.by === "engine" && change.side === side && change.id === id
    );
  const nobodys = pairs.filter(({ plane, odoo }) =>
    madeByEngine("plane", plane) && madeByEngine("odoo", odoo)
  );
  const texts = SIDES.flatMap((side) => {
    const seen = [...talk.remarks(side).values()].map(({ text }) => text).filter((text) => text !== "");
    const twice = seen.filter((text, index) => seen.indexOf(text) !== index);
    return twice.map((text) => `law 4: ${side} says "${text}" twice`);
  });
  const partners = SIDES.flatMap((side) => {
    const other = otherOf(side);
    return [...talk.remarks(side).keys()].flatMap((id) => {
      const others = pairs.filter((pair) => pair[side] === id && talk.remarks(other).has(pair[other]));
      return others.length < 2 ? [] : [`law 4: ${side}'s comment ${id.slice(0, 4)} has two partners`];
    });
  });
  return [
    ...texts,
    ...partners,
    ...nobodys.map(({ plane, odoo }) =>
      `law 4: nobody wrote comment ${plane.slice(0, 4)} or message ${odoo}`
    ),
  ];
}

/**
 * A comment on a work item, or a message on a task, that was archived before it had a partner, waits until somebody takes that out
 * of the archive: nobody does any more.
 */
export async function waitsForArchived(world: TalkEvidence, entityKey: string): Promise<boolean> {
  const [type = "", id = ""] = entityKey.split(":");
  const side = type === "issue_comment" ? "plane" : type === "mail.message" ? "odoo" : null;
  const on = side === null ? undefined : world.talk.remarks(side).get(id)?.on;
  if (side === null || on === undefined) return false;
  const isArchived = world.history.fields(side).get(on)?.archived === true;
  return isArchived && !(await pairsOf(world)).some((pair) => pair[side] === on);
}

/**
 * Law 9. The engine deletes only a second comment of its own making, and never writes what was deleted again.
 *
 * @returns also how many came back because they were deleted between a reading and its writing, and how many because nobody knew
 *   that they had been there: whoever made them died, or never heard of it, and what is deleted takes its name along (docs/sync.md)
 */
export async function deletedComments(
  world: TalkEvidence,
): Promise<{ failures: string[]; madeAgain: number; inGap: number }> {
  const { changes } = world.talk;
  const pairs = await remarkPairs(world);
  let madeAgain = 0;
  let inGap = 0;
  const failures = changes.flatMap((change, index) => {
    if (change.what !== "deleted") return [];
    const { side, id } = change;
    const other = otherOf(side);
    const name = `${side}'s comment ${id.slice(0, 4)}`;
    const partners = pairs.filter((pair) => pair[side] === id).map((pair) => pair[other]);
    const siblings = pairs.filter((pair) => pair[side] !== id && partners.includes(pair[other]))
      .map((pair) => pair[side]);
    if (change.by === "engine") {
      return siblings.length > 0 ? [] : [`law 9: the engine deleted ${name}`];
    }
    const later = changes.slice(index + 1);
    // What somebody wrote on the other side meanwhile, or takes out of its deletion, may come back.
    const before = changes.slice(0, index).filter((one) => one.side === side && one.id === id);
    const wanted = later.some((one) =>
      one.by === "person" && one.side === other && partners.includes(one.id)
    );
    const back = later.find((one) =>
      one.by === "engine" && one.side === side && one.to !== "" &&
      (siblings.includes(one.id) ? one.what === "made" : one.id === id && one.what === "text") &&
      before.some(({ to }) => to === one.to)
    );
    if (back === undefined || wanted) return [];
    // Deleted between the engine's reading and its writing.
    if (
      back.id === id && back.readAt !== null && back.readAt <= change.at &&
      back.at - back.readAt <= ONE_PASS_MS
    ) {
      inGap += 1;
      return [];
    }
    // Nobody heard that the text had arrived: it counts as an edit the deletion has not met, and the policy decides.
    const unheard = before.some((one) =>
      one.what === "text" && one.by === "engine" && one.to === back.to && !isKnownToItsWriter(world, one)
    );
    if (back.id === id && unheard) return [];
    const making = before.find(({ what, by }) => what === "made" && by === "engine");
    if (making === undefined || back.id === id || isKnownToItsWriter(world, making)) {
      return [`law 9: ${name} was deleted and came back at ${back.at}`];
    }
    madeAgain += 1;
    return [];
  });
  return { failures, madeAgain, inGap };
}
