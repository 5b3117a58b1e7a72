/** The part of the stand-in sweep that looks at cycles and modules: who is in them is found by nothing else. */
import type { Hint } from "../../../shared/store/engine/sync_store.ts";
import type { World } from "../../../dev/sandbox/plane/world.ts";

export function planHints({ world }: { world: World }): Hint[] {
  const hints = (type: string, plans: Iterable<{ id: string; project: string }>): Hint[] =>
    [...plans].map(({ id, project }) => ({
      key: { side: "plane", type, id },
      priority: 3,
      projectId: project,
      readFirst: true,
      payload: { project_id: project },
    }));
  return [...hints("cycle", world.cycles.values()), ...hints("module", world.modules.values())];
}
