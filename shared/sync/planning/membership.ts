/**
 * Which tasks carry a mark of ours (a milestone, a tag, a parent), because their work items are in the cycle or module it stands
 * for. No webhook tells of that, and no work item: Plane's list is compared with what was agreed on last.
 */
import { type Json, type JsonObject, sameJson } from "../../json.ts";
import type { OdooRecord } from "../../odoo/client.ts";
import { relatedId } from "../lenses/lens.ts";
import type { Followed, FollowInput, PlaneForm } from "../pairs/kind.ts";
import type { SyncDependencies } from "../sides/dependencies.ts";
import { TASK_MODEL } from "../sides/models.ts";
import { leftBehind } from "./membership_leavers.ts";
import { APART, membersTakenBack } from "./membership_undo.ts";

/** What marks a task, and how it is given and taken. */
export interface Mark {
  /** Task fields that show it. */
  reads: readonly string[];
  isOn: (task: OdooRecord) => boolean;
  /** Whether a task without it may get it. */
  mayGet: (task: OdooRecord) => boolean;
  /** Gives it to tasks, and takes it from others. */
  carry: (change: MarkChange) => Promise<void>;
}

export interface MarkChange {
  give: number[];
  take: number[];
  /** All that are to have it afterwards. */
  members: ReadonlySet<number>;
  /** The tasks as they were read just before. */
  tasks: ReadonlyMap<number, OdooRecord>;
}

/** Under this name the base keeps the members agreed on: work item -> task. */
export const MEMBERS = "members";

/**
 * Marks the members and takes the mark from those who left, each only where it differs. A mark somebody gave by hand to a task
 * that was never a member stays.
 *
 * @param items the work items Plane lists
 * @param odooProject where the mark can be carried; null: everywhere
 */
export async function bringInLine<Form extends PlaneForm>(
  { base, form, entity }: FollowInput<Form>,
  items: readonly string[],
  mark: Mark,
  odooProject: number | null,
  deps: SyncDependencies,
): Promise<Followed> {
  const { kind, lease } = entity;
  const { store } = deps;
  const odoo = deps.odoo();
  const before = membersIn(base);
  const partners = await store.readPartners("issue", items);
  const members = new Map<string, number>();
  const waitsFor: string[] = [];
  for (const item of items) {
    const partner = partners.get(item);
    if (partner === undefined || (partner.odooModel === TASK_MODEL && partner.odooId === null)) {
      waitsFor.push(`issue:${item}`);
    } else if (partner.odooModel === TASK_MODEL && partner.odooId !== null && !partner.deleted) {
      members.set(item, partner.odooId);
    }
  }
  const formerly = [...before].filter(([item]) => !items.includes(item));
  const read = async (ids: readonly number[]) => {
    const fields = ["project_id", "active", ...mark.reads];
    const call = { context: { active_test: false } };
    return new Map((await odoo.read(TASK_MODEL, [...ids], fields, call)).map((task) => [task.id, task]));
  };
  const undo = membersTakenBack(entity, base, [...members.values()]);
  const tasks = await read([
    ...new Set([...members.values(), ...formerly.map(([, task]) => task), ...undo.give, ...undo.take]),
  ]);
  const fits = (id: number) => {
    const task = tasks.get(id);
    return task !== undefined && (odooProject === null || relatedId(task.project_id) === odooProject);
  };
  const isOn = (id: number, among = tasks) => {
    const task = among.get(id);
    return task !== undefined && mark.isOn(task);
  };
  const wanted = [...members.values()].filter((id) => !undo.apart.includes(id));
  const give = [...new Set([...wanted, ...undo.give])].filter((id) => {
    const task = tasks.get(id);
    return task !== undefined && fits(id) && !mark.isOn(task) && mark.mayGet(task);
  });
  const marked = formerly.filter(([, id]) => isOn(id) && ![...members.values()].includes(id));
  const gone = await leftBehind(kind.projectOf(form), marked.map(([item]) => item), deps);
  const left = marked.filter(([item]) => !gone.has(item)).map(([, id]) => id);
  const take = [...new Set([...left, ...undo.take.filter((id) => isOn(id))])];

  const wrote = give.length > 0 || take.length > 0;
  if (wrote) {
    lease.require(deps.odooTimeoutMs);
    const all = new Set([...wanted, ...undo.give].filter(fits));
    await mark.carry({ give, take, members: all, tasks });
  }
  // What Odoo says it stored counts: a milestone of another project becomes none without a word.
  const after = wrote ? await read([...new Set([...members.values(), ...take, ...undo.give])]) : tasks;
  const agreed = [...members].filter(([, id]) => !undo.apart.includes(id) && isOn(id, after));
  const again = undo.give.filter((id) => isOn(id, after));
  // What is archived or deleted did not leave, and what became of a member's task in Odoo was not done in Plane.
  const listed = new Set(wanted);
  const known = [...before].filter(([item, id]) =>
    tasks.has(id) && !gone.has(item) && (!listed.has(id) || isOn(id, after))
  );
  const from = sorted([...known.map(([, id]) => id), ...undo.take]);
  const to = sorted([...agreed.map(([, task]) => task), ...again]);
  // What Odoo refuses is tried again at every look: that it still does is no news.
  const hasMoved = wrote && (give.some((id) => isOn(id, after)) || take.some((id) => !isOn(id, after)));
  // The worker before us died between marking and saying so; where nothing was agreed on before, all there is was there already.
  const isUntold = Object.keys(base).length > 0 && !sameJson(from, to);
  return {
    base: { [MEMBERS]: Object.fromEntries(agreed), [APART]: undo.apart },
    changes: hasMoved || (wrote && undo.ordered) || isUntold
      ? [{ field: MEMBERS, side: "odoo", from, to, base: from, ...undo.says }]
      : [],
    refused: give.some((id) => !isOn(id, after)) ? [MEMBERS] : [],
    waitsFor,
    settles: undo.ordered ? [MEMBERS] : [],
  };
}

/** The members agreed on: work item -> task. */
export function membersIn(base: JsonObject): Map<string, number> {
  const { [MEMBERS]: members } = base;
  if (typeof members !== "object" || members === null || Array.isArray(members)) return new Map();
  return new Map(
    Object.entries(members).flatMap(([item, task]) =>
      typeof task === "number" ? [[item, task] as const] : []
    ),
  );
}

function sorted(ids: readonly number[]): Json {
  return [...new Set(ids)].sort((a, b) => a - b);
}
