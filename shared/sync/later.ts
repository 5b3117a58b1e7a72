/**
 * Which side changed a field later, for `latest_wins`. The clocks are per record, coarse and skewed: a change counts from when
 * it was first seen, at the latest from the record's stamp, corrected by what each server's clock is ahead of ours. Within the
 * uncertainty Plane's wins.
 */
import { type JsonObject, sameJson } from "../json.ts";
import { parseStamp } from "../stamp.ts";
import type { Announcement } from "../store/engine/sync_store.ts";
import type { SyncDependencies } from "./sides/dependencies.ts";
import type { PlaneForm, SyncEntity } from "./pairs/kind.ts";
import { planBoth } from "./plan/plan.ts";
import { type ActiveLens, contextOf, type PlanInput } from "./plan/plan_input.ts";
import type { Side } from "./plan/planned.ts";

/** Odoo shows whole seconds, and people save what they typed a moment ago. */
const UNCERTAINTY_MS = 2_000;

/** Asks for what it needs only when the plan has a conflict to settle by time. */
export async function laterSides<Form extends PlaneForm>(
  entity: SyncEntity<Form>,
  input: PlanInput<Form>,
  deps: SyncDependencies,
): Promise<(field: string) => Side> {
  const { plane: form, odoo: record } = input;
  if (input.policy !== "latest_wins" || form === null || record === null) return () => "plane";
  const asked = new Set<string>();
  planBoth({
    ...input,
    later: (field) => {
      asked.add(field);
      return "plane";
    },
  });
  if (asked.size === 0) return () => "plane";

  const odooAt = millis(parseStamp(record.write_date)) - deps.clockOffsets.odoo();
  const since = entity.mapping?.plane_updated_at ?? null;
  const announcements = await deps.store.announcementsSince(entity.kind.planeType, form.id, since);
  const uncertainty = entity.config.options.uncertainty_ms ?? UNCERTAINTY_MS;
  return (field) => {
    const active = input.lenses.find(({ lens }) => lens.field === field);
    const stamp = active === undefined
      ? form.updated_at
      : firstSeen(entity, input, active, form, announcements);
    const planeAt = millis(stamp) - deps.clockOffsets.plane();
    return odooAt - planeAt > uncertainty ? "odoo" : "plane";
  };
}

/** The stamp of the first announcement since the last agreement that carries the value the field has now. */
function firstSeen<Form extends PlaneForm>(
  { kind }: SyncEntity<Form>,
  input: PlanInput<Form>,
  active: ActiveLens<Form>,
  form: Form,
  announcements: readonly Announcement[],
): string {
  const context = contextOf(input, active);
  const same = active.lens.sameInPlane ?? sameJson;
  const value = active.lens.planeValue(form, context);
  let first = form.updated_at;
  // From the newest backwards: a value that came, went and came again counts from its last coming.
  for (const { at, data } of announcements.toReversed()) {
    const seen = kind.parse(data as JsonObject);
    if (seen === null || at > form.updated_at) continue;
    if (!same(active.lens.planeValue(seen, context), value)) break;
    first = at;
  }
  return first;
}

function millis(stamp: string | null): number {
  return stamp === null ? 0 : Date.parse(stamp);
}
