/**
 * The laws about cycles and modules, which go from Plane to Odoo only. Law 1: what each has become says what it says, but for what
 * people in Odoo have set since. Law 4: each has become one thing. Law 9: the engine deletes none.
 */
import type { JsonObject } from "../../../shared/json.ts";
import type { Evidence } from "./evidence.ts";
import { line } from "./fields.ts";
import { same } from "./history.ts";
import { unlikeMembers } from "./plan_members.ts";
import type { PlanFields, Plans } from "./plans.ts";

export interface PlanEvidence extends Evidence {
  readonly plans: Plans;
}

/** The day every simulation begins: dates of people are months away from it. */
const TODAY = "2026-02-02";

export async function unlikePlans(world: PlanEvidence): Promise<string[]> {
  const { plans } = world;
  const found: string[] = [...await doubles(world)];
  for (const [id, fields] of plans.fields("plane")) {
    const records = liveRecords(world, id);
    const name = nameOf(world, id);
    if (records.length === 0 && !wasDeletedByHand(world, id)) found.push(`law 1: ${name} has no partner`);
    for (const record of records) {
      found.push(...(await differences(world, id, fields, record)).map((text) => `law 1: ${name}: ${text}`));
    }
  }
  for (const id of plans.partners.keys()) {
    if (plans.fields("plane").has(id)) continue;
    for (const record of liveRecords(world, id)) {
      const { over } = plans.fields("odoo").get(record) ?? {};
      const isTouched = isEditedByHand(plans, record) || world.undone.some(({ plane }) => plane === id);
      if (over !== "false" || isTouched) continue;
      found.push(`law 1: ${nameOf(world, id)} is deleted, and ${record} is not put away`);
    }
  }
  return [...found, ...await unlikeMembers(world)];
}

/** What a plan has become and is there now. */
export function liveRecords({ plans }: PlanEvidence, id: string): string[] {
  return [...plans.partners.get(id) ?? []].filter((record) => plans.fields("odoo").has(record));
}

export function nameOf({ plans }: PlanEvidence, id: string): string {
  return `${plans.plan(id)?.what} ${id.slice(0, 4)}`;
}

/** What is deleted in Odoo is not made again. */
function wasDeletedByHand({ plans }: PlanEvidence, id: string): boolean {
  return plans.changes.some((change) =>
    change.side === "odoo" && change.by === "person" && change.field === "record" &&
    change.to === "deleted" &&
    plans.partners.get(id)?.has(change.record) === true
  );
}

function isEditedByHand({ changes }: Plans, record: string): boolean {
  return changes.some((change) =>
    change.side === "odoo" && change.by === "person" && change.record === record && change.from !== null
  );
}

/** What a plan's fields are in a record of this model. */
function expectedIn(model: string, { name, title, end, status, lead }: PlanFields): PlanFields {
  const over = typeof end === "string" && end !== "" && end < TODAY;
  const all = {
    ...(name === undefined ? {} : { name }),
    ...(title === undefined ? {} : { title }),
    ...(end === undefined ? {} : { end }),
    ...(lead === undefined ? {} : { lead }),
    status: (model === "project.task" ? TASK_STATUS : PROJECT_STATUS)[String(status)] ?? "open",
    over: String(over),
  };
  return all;
}

const PROJECT_STATUS: Readonly<Record<string, string>> = {
  "backlog": "to_define",
  "planned": "to_define",
  "in-progress": "on_track",
  "paused": "on_hold",
  "completed": "done",
  "cancelled": "off_track",
};

const TASK_STATUS: Readonly<Record<string, string>> = { completed: "done", cancelled: "canceled" };

async function differences(
  world: PlanEvidence,
  id: string,
  plan: PlanFields,
  record: string,
): Promise<string[]> {
  const { plans } = world;
  const [model = ""] = record.split(",");
  const kept = await keptIn(world, id);
  const expected = expectedIn(model, plan);
  const there = plans.fields("odoo").get(record) ?? {};
  return Object.keys(there).flatMap((field) => {
    const [wanted, value] = [expected[field], there[field]];
    if (wanted === undefined || same(wanted, value)) return [];
    const isKept = kept.some((change) =>
      change.field === (LOGGED_AS[field] ?? field) && isSaid(change.from, value)
    );
    return isKept || isSetInOdooSince(world, id, record, field, wanted)
      ? []
      : [`${field} is ${JSON.stringify(wanted)}, in Odoo ${JSON.stringify(value)}`];
  });
}

/** By the judge's names. */
const LOGGED_AS: Readonly<Record<string, string>> = { title: "name", end: "end_date", over: "reached" };

/** Fields that were set on both sides before anybody looked, and the policy leaves Odoo its value, or the choice to a person. */
async function keptIn({ store }: PlanEvidence, id: string): Promise<JsonObject[]> {
  const lines = (await store.log()).filter(({ pair }) => pair?.planeId === id);
  return lines.flatMap(({ changes }) => changes.filter(({ why }) => why === "kept"));
}

/** Whether the log says this; people of Odoo's it names by their ids. */
function isSaid(logged: unknown, value: unknown): boolean {
  return typeof logged === "number" || line(String(logged ?? "")) === String(value);
}

/** A one-way field is not written back: what somebody in Odoo sets stays until Plane says something else than it said then. */
function isSetInOdooSince(
  { plans, undone }: PlanEvidence,
  id: string,
  record: string,
  field: string,
  wanted: unknown,
): boolean {
  const edit = plans.changes.findLast((change) =>
    change.side === "odoo" && change.record === record && change.field === field && change.by === "person" &&
    change.from !== null
  );
  // What an operator takes back is as if somebody there had typed it.
  const logged = LOGGED_AS[field] ?? field;
  const order = undone.findLast((one) => one.plane === id && (one.field === logged || one.apart));
  // It was carried out when somebody came to it: Plane may have said something else when it was ordered.
  const undoneAt = order === undefined
    ? undefined
    : plans.changes.find((change) =>
      change.by === "engine" && change.side === "odoo" && change.record === record &&
      change.field === field &&
      change.at >= order.at
    )?.at ?? order.at;
  const at = Math.max(edit?.at ?? -1, undoneAt ?? -1);
  if (at < 0) return false;
  // Plane said something else for a while that nobody had looked at: to the engine it says what it said.
  const given = plans.changes.findLast((change) =>
    change.side === "odoo" && change.record === record && change.field === field && change.by === "engine"
  );
  if (given !== undefined && given.at <= at && same(given.to, wanted)) return true;
  const fields = plans.fields("plane").get(id) ?? {};
  const then = Object.fromEntries(
    Object.keys(fields).flatMap((name) => {
      const value = plans.valueAt("plane", id, name, at);
      return typeof value === "string" ? [[name, value]] : [];
    }),
  );
  return same(expectedIn(record.split(",")[0] ?? "", then)[field], wanted);
}

/** Law 4, and law 9. */
async function doubles(world: PlanEvidence): Promise<string[]> {
  const { plans } = world;
  const known = (await world.store.pairs()).filter(({ planeType }) => /^(cycle|module)$/.test(planeType));
  const inEngine = (id: string) =>
    known.filter(({ planeId }) => planeId === id).map(({ odooModel, odooId }) => `${odooModel},${odooId}`);
  const named = new Set([...plans.partners.values()].flatMap((records) => [...records]));
  return [
    ...[...plans.fields("plane").keys()].flatMap((id) => {
      const records = new Set([...liveRecords(world, id), ...inEngine(id)]);
      return records.size > 1 ? [`law 4: ${nameOf(world, id)} has become ${[...records].join(" and ")}`] : [];
    }),
    ...plans.changes.flatMap(({ by, side, record, field, to }) => {
      if (by !== "engine" || side !== "odoo" || field !== "record" || record.startsWith("task,")) return [];
      if (to === "deleted") return [`law 9: the engine deleted ${record}`];
      return named.has(record) ? [] : [`law 4: the engine made ${record} for nothing`];
    }),
  ];
}
