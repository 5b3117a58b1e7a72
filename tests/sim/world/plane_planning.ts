/** What people plan in Plane's web app: cycles and modules, and what is in them. Joining and leaving is announced by nothing. */
import type { InProcessSandboxPlane } from "../../../dev/sandbox/plane/server.ts";
import type { Placement, Project } from "../../../dev/sandbox/plane/model.ts";
import { nth } from "./plane_people.ts";
import type { PlanEdits, PlanningAct, PlanWhat } from "./schedule.ts";
import { nameText } from "./texts.ts";

const STATUSES = ["backlog", "planned", "in-progress", "paused", "completed", "cancelled"];

/** Returns whether it happened. */
export async function planInPlane(
  plane: InProcessSandboxPlane,
  act: PlanningAct,
  edit: number,
): Promise<boolean> {
  const { world } = plane;
  const path = (project: string, what: PlanWhat) => `/projects/${project}/${what}s/`;
  if (act.do === "makePlan") {
    const project = nth([...world.projects.values()], act.project);
    if (project === undefined) return false;
    await switchOn(plane, project);
    const fields = { name: 1, ...act.fields };
    await plane.api("POST", path(project.id, act.what), {
      ...bodyOf(plane, act.what, fields, edit),
      project_id: project.id,
    });
    return true;
  }
  const chosen = chosenOf(plane, act.what, act.plan);
  if (chosen === undefined) return false;
  const { what, plan } = chosen;
  const place = `${path(plan.project, what)}${plan.id}/`;
  switch (act.do) {
    case "editPlan":
      await plane.api("PATCH", place, bodyOf(plane, what, act.fields, edit));
      return true;
    case "deletePlan":
      await plane.api("DELETE", place);
      return true;
  }
  const placements = what === "cycle" ? world.cycleItems : world.moduleItems;
  const isIn = (id: string) => isPlaced(placements, plan.id, id);
  const items = world.ofProject(world.workItems, plan.project).filter(({ archived_at }) =>
    archived_at === null
  );
  const item = nth(items.filter(({ id }) => isIn(id) === (act.do === "leave")), act.item);
  if (item === undefined) return false;
  if (act.do === "join") await plane.api("POST", `${place}${what}-issues/`, { issues: [item.id] });
  else await plane.api("DELETE", `${place}${what}-issues/${item.id}/`);
  return true;
}

/** One of the kind; where there is none, one of the other. */
function chosenOf({ world }: InProcessSandboxPlane, wanted: PlanWhat, index: number) {
  const other = wanted === "cycle" ? "module" : "cycle";
  for (const what of [wanted, other] as const) {
    const plan = nth([...(what === "cycle" ? world.cycles : world.modules).values()], index);
    if (plan !== undefined) return { what, plan };
  }
}

function isPlaced(placements: ReadonlyMap<string, Placement>, holder: string, issue: string): boolean {
  return [...placements.values()].some((placement) =>
    placement.holder === holder && placement.issue === issue
  );
}

/** Cycles and modules are off in a new project. */
async function switchOn(plane: InProcessSandboxPlane, { id, flags }: Project): Promise<void> {
  if (flags.cycle_view && flags.module_view) return;
  await plane.api("PATCH", `/projects/${id}/`, { cycle_view: true, module_view: true });
}

function bodyOf(plane: InProcessSandboxPlane, what: PlanWhat, fields: PlanEdits, edit: number) {
  const { alice, bob } = plane.users;
  const named = fields.name === undefined ? {} : { name: nameText(edit, fields.name).trim() };
  if (what === "cycle") return { ...named, ...(fields.date === undefined ? {} : datesOf(fields.date)) };
  return {
    ...named,
    ...(fields.status === undefined ? {} : { status: nth(STATUSES, fields.status) }),
    ...(fields.lead === undefined ? {} : { lead: nth([null, alice.id, bob.id], fields.lead) }),
  };
}

/** Both or neither; long over, or not for a long while, whatever the clocks say. 0: none. */
function datesOf(choice: number): { start_date: string | null; end_date: string | null } {
  if (choice === 0) return { start_date: null, end_date: null };
  const month = choice % 2 === 0 ? "2026-06" : "2025-11";
  return { start_date: `${month}-01`, end_date: `${month}-1${choice}` };
}
