/** The project of a cycle or a module, on both sides. */
import { SuiteError } from "../../errors.ts";
import type { SyncDependencies } from "./dependencies.ts";
import { PROJECT_MODEL } from "./models.ts";
import { projectForm } from "./plane_forms.ts";

export interface PlanningProject {
  odooId: number;
  name: string;
  /** Where its days begin and end; an IANA name. */
  timeZone: string;
  /** The day it is there now, `YYYY-MM-DD`. */
  today: string;
}

/**
 * Name and time zone are what Plane said last of the project, so they cost no call.
 *
 * @throws SuiteError waits_for_project while the project has no partner, partner_deleted when it was deleted in Odoo
 */
export async function planningProject(planeId: string, deps: SyncDependencies): Promise<PlanningProject> {
  const { store } = deps;
  const key = { side: "plane", type: "project", id: planeId } as const;
  const { mapping, snapshot, tombstone } = await store.readPair(key);
  const elsewhere = mapping !== null && mapping.odoo_model !== PROJECT_MODEL;
  if (elsewhere || tombstone?.reason === "deleted_in_odoo") {
    throw new SuiteError("partner_deleted", { message: "The project was deleted in Odoo." });
  }
  const project = projectForm(snapshot?.plane_seen ?? null);
  if (mapping === null || mapping.odoo_id === null || project === null) {
    // Its webhook may be on its way, or lost: with access to Plane the project is fetched.
    if (deps.plane !== undefined) {
      const payload = { project_id: planeId };
      await store.hint({ key, projectId: planeId, readFirst: true, priority: 6, payload });
    }
    throw new SuiteError("waits_for_project", { facts: { waits_for: `project:${planeId}` } });
  }
  const timeZone = project.timezone ?? "UTC";
  const today = dayIn(timeZone, new Date(deps.wallClock()).toISOString()) ?? "";
  return { odooId: Number(mapping.odoo_id), name: project.name, timeZone, today };
}

/**
 * The day of a moment in a time zone, `YYYY-MM-DD`; in UTC where the zone is unknown. A text that is a day already stays what it
 * is. Null when it is no moment.
 */
export function dayIn(timeZone: string, moment: string): string | null {
  if (/^\d{4}-\d{2}-\d{2}$/.test(moment)) return moment;
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return null;
  const parts = new Map(formatter(timeZone).formatToParts(date).map(({ type, value }) => [type, value]));
  return `${parts.get("year")}-${parts.get("month")}-${parts.get("day")}`;
}

function formatter(timeZone: string): Intl.DateTimeFormat {
  const shape = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
  try {
    return new Intl.DateTimeFormat("en-GB", { ...shape, timeZone });
  } catch {
    return new Intl.DateTimeFormat("en-GB", { ...shape, timeZone: "UTC" });
  }
}
