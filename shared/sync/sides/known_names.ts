/** A directory that knows already what was seen of a record last, so that completing the same record again asks nobody. */
import { z } from "zod";
import type { PlaneDirectory } from "./plane_directory.ts";
import { STATE_GROUPS } from "./plane_forms.ts";

const person = z.object({
  id: z.string(),
  email: z.string().nullable().catch(null),
  display_name: z.string().nullable().catch(null),
});
const label = z.object({ id: z.string(), name: z.string() });
const state = z.object({ id: z.string(), name: z.string(), group: z.enum(STATE_GROUPS) });

const seenNames = z.object({
  state: state.nullable().catch(null),
  assignees: z.array(person).catch([]),
  labels: z.array(label).catch([]),
}).catch({ state: null, assignees: [], labels: [] });

/**
 * Ids among what was seen are answered from there; all others by the directory. Renaming a state or a label moves no work item,
 * so whoever looks for changed work items need not know the new name.
 *
 * @param seen the newest observation of the record (`plane_seen`), of any shape
 */
export function knowing(seen: unknown, directory: PlaneDirectory): PlaneDirectory {
  const { state, assignees, labels } = seenNames.parse(seen ?? {});
  const first = async <Row extends { id: string }>(
    ids: readonly string[],
    known: readonly Row[],
    ask: (missing: readonly string[]) => Promise<Row[]>,
  ): Promise<Row[]> => {
    const missing = ids.filter((id) => !known.some((row) => row.id === id));
    const found = missing.length === 0 ? [] : await ask(missing);
    return ids.flatMap((id) => [...known, ...found].find((row) => row.id === id) ?? []);
  };
  return {
    ...directory,
    states: (project, ids) =>
      first(ids, state === null ? [] : [state], (missing) => directory.states(project, missing)),
    labels: (project, ids) => first(ids, labels, (missing) => directory.labels(project, missing)),
    people: (project, ids) => first(ids, assignees, (missing) => directory.people(project, missing)),
  };
}
