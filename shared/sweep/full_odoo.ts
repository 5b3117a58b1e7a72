/**
 * Finds records that were deleted in Odoo, which leaves no trace: the ids of all partners are asked for, a thousand at a time.
 * An id that is not found may also be one the key's user may not see; whoever follows the hint reads the record and is told.
 */
import { z } from "zod";
import { closeBrake, isBraked } from "./brakes.ts";
import type { SweptKind } from "./pair_kinds.ts";
import { hasTime, holding, nowOf, type SweepCounts, type SweepDependencies } from "./reader.ts";

const PAGE_IDS = 1000;
/** Comments and the like have no project: they count together. */
const NO_PROJECT = "none";

const shape = z.object({
  swept_at: z.string().nullable(),
  pass: z.object({
    started_at: z.string(),
    /** The last id asked for, as text. */
    after: z.string(),
    /** By Plane project: how many partners there are, and which were not found. */
    projects: z.record(z.string(), z.object({ known: z.number(), missing: z.array(z.string()) })),
  }).nullable(),
}).partial();

export async function fullOdooPass(
  deps: SweepDependencies,
  model: string,
  kinds: readonly SweptKind[],
  counts: SweepCounts,
): Promise<void> {
  await holding(deps, `odoo:full:${model}`, shape, async (cursor) => {
    const pass = cursor.pass ?? { started_at: nowOf(deps), after: "", projects: {} };
    for (;;) {
      if (!hasTime(deps)) return { swept_at: cursor.swept_at ?? null, pass };
      const page = await deps.pairs.mappedInOdoo(model, pass.after, PAGE_IDS);
      const ids = page.map(({ id }) => Number(id));
      const found = new Set(
        ids.length === 0 ? [] : await deps.sync.odoo().search(model, [["id", "in", ids]], {}, {
          context: { active_test: false },
        }),
      );
      for (const { id, planeProjectId } of page) {
        const project = pass.projects[planeProjectId ?? NO_PROJECT] ??= { known: 0, missing: [] };
        project.known += 1;
        if (!found.has(Number(id))) project.missing.push(id);
      }
      counts.rows += page.length;
      pass.after = page.at(-1)?.id ?? pass.after;
      if (page.length < PAGE_IDS) break;
    }
    for (const [project, { known, missing }] of Object.entries(pass.projects)) {
      const place = { side: "odoo", type: model, project } as const;
      if (await isBraked(deps, place, missing.length, known, kinds)) continue;
      for (const id of missing) {
        await deps.sync.store.hint({ key: { side: "odoo", model, id }, operation: "delete", priority: 3 });
        counts.hints += 1;
      }
      await closeBrake(deps, place);
    }
    return { swept_at: pass.started_at, pass: null };
  });
}
