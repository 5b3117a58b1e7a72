/** Law 2 for comments: every text somebody wrote is there, was written over by somebody, or is kept as the loser of a conflict. */
import { remarkPairs, type TalkEvidence } from "./comments.ts";
import type { LostUpdates } from "./lost_updates.ts";
import { ONE_PASS_MS } from "./lost_updates.ts";
import type { RemarkChange } from "./talk.ts";
import { plainText } from "./talk.ts";

export async function lostRemarks(world: TalkEvidence): Promise<LostUpdates> {
  const { talk } = world;
  const pairs = await remarkPairs(world);
  const kept = await keptTexts(world);
  const failures: string[] = [];
  let inGap = 0;
  for (const [index, edit] of talk.changes.entries()) {
    if (edit.by !== "person" || (edit.what !== "made" && edit.what !== "text")) continue;
    const own = pairs.filter((pair) => pair[edit.side] === edit.id);
    const isOurs = ({ side, id }: RemarkChange) =>
      side === edit.side ? id === edit.id : own.some((pair) => pair[side] === id);
    const isLater = (change: RemarkChange) =>
      change.by === "person" && isOurs(change) &&
      // Who deletes it takes back what was said there, as far as it went no further.
      (change.what === "text" || (change.what === "deleted" && change.side === edit.side));
    const final = (["plane", "odoo"] as const).flatMap((side) =>
      [...talk.remarks(side)].filter(([id]) =>
        side === edit.side ? id === edit.id : own.some((pair) => pair[side] === id)
      ).map(([, { text }]) => text)
    );
    if (final.includes(String(edit.to)) || kept.has(String(edit.to))) continue;
    if (talk.changes.slice(index + 1).some(isLater)) continue;
    if (swallowed(talk.changes, edit)) inGap += 1;
    else {
      failures.push(
        `law 2: ${edit.side}'s comment ${edit.id.slice(0, 4)} = "${edit.to}" at ${edit.at} is nowhere`,
      );
    }
  }
  return { failures, inGap };
}

/** An engine's write hit the edit before its worker could see it. */
function swallowed(changes: readonly RemarkChange[], edit: RemarkChange): boolean {
  return changes.some(({ by, side, id, at, readAt }) =>
    by === "engine" && side === edit.side && id === edit.id && at >= edit.at && readAt !== null &&
    readAt <= edit.at && at - readAt <= ONE_PASS_MS
  );
}

/** Every text the log or the inbox kept of a conflict. */
async function keptTexts({ store }: TalkEvidence): Promise<ReadonlySet<string>> {
  const values: unknown[] = [];
  for (const { changes } of await store.log()) {
    for (const { field, why, from, to, base } of changes) {
      if (field === "comment" && /conflict|kept|joined|resolved/.test(String(why))) {
        values.push(from, to, base);
      }
    }
  }
  for (const { field, planeValue, odooValue } of await store.conflicts()) {
    if (field === "comment") values.push(planeValue, odooValue);
  }
  return new Set(
    values.flatMap((value) => (["plane", "odoo"] as const).map((side) => plainText(side, value).text)),
  );
}
