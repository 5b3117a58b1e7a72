/**
 * `options.delete = "delete"`: the archived partner of a record that was deleted some time ago is deleted as well. Only tasks and
 * work items, never projects; and only what nobody has touched since, which is asked of both its fields and its traces.
 */
import { z } from "zod";
import { SuiteError } from "../errors.ts";
import type { EndedPair } from "../store/sweeping/deleted_partners.ts";
import { HUMAN_MESSAGES } from "../sync/comments/comment_place.ts";
import { differsInOdoo, differsInPlane } from "../sync/plan/differs.ts";
import type { PlaneAccess } from "../sync/sides/dependencies.ts";
import { TASK_MODEL } from "../sync/sides/models.ts";
import { odooStamp, shifted } from "./odoo_window.ts";
import { lensesIn, type SweptKind } from "./pair_kinds.ts";
import { CALL, hasTime, holding, nowOf, type SweepCounts, type SweepDependencies } from "./reader.ts";

/** `options.delete_after_hours` unless configured: a month. */
const DEFAULT_HOURS = 720;
const PAGE_PAIRS = 20;
/** Our own archiving may be written this much after the deletion was noted, in s. */
const MARGIN_S = 60;

const shape = z.object({ swept_at: z.string().nullable(), after: z.string().nullable() }).partial();

export async function deletePartners(
  deps: SweepDependencies,
  plane: PlaneAccess | undefined,
  swept: SweptKind,
  counts: SweepCounts,
): Promise<void> {
  const { config } = swept;
  if (config.planeType !== "issue" || config.odooModel !== TASK_MODEL || config.options.delete !== "delete") {
    return;
  }
  const hours = config.options.delete_after_hours ?? DEFAULT_HOURS;
  const before = new Date(deps.sync.wallClock() - hours * 3_600_000).toISOString();
  await holding(deps, `delete:${config.odooModel}`, shape, async (cursor) => {
    const startedAt = nowOf(deps);
    let after = cursor.after ?? null;
    const parents = new Map<string, Promise<ReadonlySet<string>>>();
    for (;;) {
      const page = await deps.deletedPartners.list(config, before, after, PAGE_PAIRS);
      for (const pair of page) {
        if (!hasTime(deps)) return { swept_at: cursor.swept_at ?? null, after };
        counts.rows += 1;
        const gone = pair.reason === "deleted_in_plane"
          ? await deleteInOdoo(deps, swept, pair)
          : plane !== undefined && await deleteInPlane(deps, plane, swept, pair, parents);
        if (gone) await deps.deletedPartners.forget(pair);
        after = pair.mapping.id;
      }
      if (page.length < PAGE_PAIRS) return { swept_at: startedAt, after: null };
    }
  });
}

/** @returns whether the record is gone */
async function deleteInOdoo(
  deps: SweepDependencies,
  swept: SweptKind,
  { mapping, snapshot, endedAt }: EndedPair,
): Promise<boolean> {
  const odoo = deps.sync.odoo();
  const id = Number(mapping.odoo_id);
  return await swept.any.use(async (kind) => {
    const { lenses, fields, capabilities } = await lensesIn(kind, swept, deps.sync);
    const everything = { context: { active_test: false } };
    const [record] = await odoo.read(TASK_MODEL, [id], [...new Set([...fields, "active"])], everything);
    if (record === undefined) return true;
    const noted = new Date(Date.parse(endedAt) + deps.sync.clockOffsets.odoo()).toISOString();
    const until = shifted(odooStamp(noted) ?? "", MARGIN_S);
    const written = odooStamp(record.write_date);
    const untouched = record.active === false && snapshot !== null && written !== null && written <= until &&
      differsInOdoo(lenses, { snapshot, capabilities }, record).length === 0;
    if (!untouched) return false;
    const said = [["res_id", "=", id], ["date", ">", until]] as const;
    const talk = await odoo.search("mail.message", [...HUMAN_MESSAGES, ...said], { limit: 1 });
    const children = await odoo.search(TASK_MODEL, [["parent_id", "=", id]], { limit: 1 }, everything);
    if (talk.length > 0 || children.length > 0) return false;
    await odoo.call(TASK_MODEL, "unlink", { ids: [id] });
    return true;
  });
}

async function deleteInPlane(
  deps: SweepDependencies,
  plane: PlaneAccess,
  swept: SweptKind,
  { mapping, snapshot, endedAt }: EndedPair,
  parents: Map<string, Promise<ReadonlySet<string>>>,
): Promise<boolean> {
  const { plane_id: id, plane_project_id: project } = mapping;
  if (id === null || project === null || snapshot === null) return false;
  const said = await deps.sync.store.announcementsSince("issue", id, plusMargin(endedAt));
  if (said.length > 0) return false;
  return await swept.any.use(async (kind) => {
    const item = await plane.client.archivedWorkItem(project, id, CALL);
    if (item === null) return true;
    if (item.archived_at === null) return false;
    const { lenses, capabilities } = await lensesIn(kind, swept, deps.sync);
    const form = await kind.complete(plane, item);
    const { references } = await kind.recall(form, deps.sync);
    if (differsInPlane(lenses, { snapshot, capabilities, references }, form).length > 0) return false;
    // Plane deletes an item's children with it.
    const parentsHere = parents.get(project) ?? parentsIn(plane, project);
    parents.set(project, parentsHere);
    if ((await parentsHere).has(id)) return false;
    try {
      await plane.client.deleteWorkItem(project, id, CALL);
      return true;
    } catch (thrown) {
      // Only its maker and administrators may: it stays archived.
      if (thrown instanceof SuiteError && thrown.code === "plane_forbidden") return false;
      throw thrown;
    }
  });
}

async function parentsIn({ client }: PlaneAccess, project: string): Promise<ReadonlySet<string>> {
  const parents = new Set<string>();
  for await (const { parent } of client.workItemRows(project, { fields: ["id", "parent"] }, CALL)) {
    if (typeof parent === "string") parents.add(parent);
  }
  return parents;
}

function plusMargin(stamp: string): string {
  return new Date(Date.parse(stamp) + MARGIN_S * 1000).toISOString();
}
