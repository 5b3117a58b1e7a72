/** Work items in a cycle (one at most) or in modules. None of it sends a webhook. */
import { recordActivity } from "./activities.ts";
import { found, missing, noContent, ok } from "./answers.ts";
import { type Call, itemOf, projectOf } from "./call.ts";
import { listOf, readFields, reference } from "./fields.ts";
import type { Placement } from "./model.ts";
import { ordered, page } from "./paging.ts";
import { expanded, only, presentPlacement, presentWorkItem } from "./present.ts";
import { isVisible } from "./work_items.ts";

/** The items themselves, not their placements. Whether there is such a cycle or module is not looked at: nothing is in it then. */
export function listHeld(call: Call, placements: Map<string, Placement>, kind: "cycle" | "module") {
  const held = [...placements.values()].filter((placement) => placement.holder === call.params[kind]);
  const items = held.flatMap((placement) => call.world.workItems.get(placement.issue) ?? []);
  const visible = items.filter((item) => item.project === projectOf(call).id && isVisible(call, item));
  return page(
    ordered(visible, call.query, (item) => presentWorkItem(call, item)),
    call.query,
    (item) => only(call.query, expanded(call, call.query, presentWorkItem(call, item))),
  );
}

/**
 * Answers 200 with the placements. An item that is in another cycle moves: its placement keeps the id. A cycle's
 * placements have no author and move the item's `updated_at`; a module's have one and do not.
 */
export function addToHolder(
  call: Call,
  kind: "cycle" | "module",
  placements: Map<string, Placement>,
  holder: string,
) {
  const { world, user } = call;
  const project = projectOf(call);
  const { issues = [] } = readFields(call.body(), { issues: listOf(reference(world.workItems)) }, ["issues"]);
  const added = issues.filter((id) => world.workItems.get(id)?.project === project.id).map((issue) => {
    const existing = [...placements.values()].find((placement) =>
      placement.issue === issue && (kind === "cycle" || placement.holder === holder)
    );
    if (existing) existing.holder = holder;
    const author = kind === "cycle" ? null : user.id;
    const placement: Placement = existing ??
      { ...world.newStored(author), updated_by: author, project: project.id, issue, holder };
    placements.set(placement.id, placement);
    const item = world.workItems.get(issue);
    if (kind === "cycle" && item) item.updated_at = world.clock.stamp();
    if (item) {
      const field = `${kind}s`;
      recordActivity(world, item, user.id, {
        verb: existing ? "updated" : "created",
        field,
        new: holder,
        comment: `added ${kind}`,
      });
    }
    return placement;
  });
  return ok(added.map((placement) => presentPlacement(call, placement, kind)));
}

/** One placement; only cycles can be asked for it. */
export function getHeld(call: Call, placements: Map<string, Placement>, holder: string) {
  const item = itemOf(call);
  const placement = [...placements.values()].find((candidate) =>
    candidate.issue === item.id && candidate.holder === holder
  );
  return ok(presentPlacement(call, found(placement), "cycle"));
}

export function removeFromHolder(
  call: Call,
  kind: "cycle" | "module",
  placements: Map<string, Placement>,
  holder: string,
) {
  const item = itemOf(call);
  const placement = [...placements.values()].find((candidate) =>
    candidate.issue === item.id && candidate.holder === holder
  );
  if (placement === undefined) throw missing();
  placements.delete(placement.id);
  const { world, user } = call;
  recordActivity(world, item, user.id, {
    verb: "deleted",
    field: `${kind}s`,
    old: holder,
    comment: `removed ${kind}`,
  });
  if (kind === "cycle") item.updated_at = world.clock.stamp();
  return noContent;
}
