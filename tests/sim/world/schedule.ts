/** One schedule: everything a run depends on. Plain data, so that it can be shrunk, printed and run again. */
import type { ConflictPolicy } from "../../../shared/store/engine/sync_store.ts";

export type Side = "plane" | "odoo";

/** How often something goes wrong, as a probability for each call or delivery; 0: never. */
export interface Faults {
  /** Webhooks of both sides. */
  webhookLost: number;
  webhookDoubled: number;
  /** Delayed by up to 15 minutes, so that others overtake it. */
  webhookDelayed: number;
  /** Plane's connection breaks: it tries again up to ten minutes later, with a new delivery id and the old body. */
  webhookBroken: number;
  /** Null values of Plane's payloads arrive as the text "None". */
  noneText: number;
  /** A 5xx of an upstream or of what stands in front of it, before or after the effect. */
  upstreamError: number;
  /** The connection breaks, or no answer ever comes: before the effect, after it, or the effect is late. */
  upstreamSilence: number;
  /** 429 with Retry-After: somebody else uses Plane's key. */
  rateLimited: number;
  /** Another transaction was in the way in Odoo. */
  serialization: number;
  /** The database cannot be reached, before or after the statement. */
  database: number;
  /** A worker dies during a call. */
  crash: number;
  /** A worker stands still, mostly for longer than its lease. */
  freeze: number;
}

/** What Odoo tells: an add-on's outbox, a stock automation rule of 17 and 18 (also of what was rolled back), nothing. */
export type OdooHooks = "addon" | "stock18" | "none";

/** Fields somebody sets. Numbers choose among what there is; texts are made unique by the run. */
export interface FieldEdits {
  name?: number;
  description?: number;
  /** 0 to 4: none, low, medium, high, urgent. */
  priority?: number;
  state?: number;
  /** One person more or less. */
  assignee?: number;
  /** One label more or less. */
  label?: number;
  /** 0: none. */
  targetDate?: number;
  /** 0: none. */
  parent?: number;
}

/** What people say about a work item: comments in Plane, messages in a task's chatter. */
export type TalkAct =
  | { do: "comment"; item: number; text: number }
  | { do: "editComment"; comment: number; text: number }
  | { do: "deleteComment"; comment: number };

export type PlanWhat = "cycle" | "module";

/** What modules become in Odoo. */
export type ModuleAs = "project" | "tag" | "parent_task";

/** As in `FieldEdits`; what a cycle, a module or its record in Odoo does not have is left out. */
export interface PlanEdits {
  name?: number;
  /** The last day of a cycle; 0: none. */
  date?: number;
  status?: number;
  /** 0: nobody. */
  lead?: number;
}

/** Cycles and modules, and what is in them. In Odoo: milestones, and what modules have become. */
export type PlanningAct =
  | { do: "makePlan"; what: PlanWhat; project: number; fields: PlanEdits }
  | { do: "editPlan"; what: PlanWhat; plan: number; fields: PlanEdits }
  | { do: "deletePlan"; what: PlanWhat; plan: number }
  | { do: "join"; what: PlanWhat; plan: number; item: number }
  | { do: "leave"; what: PlanWhat; plan: number; item: number };

/** An operator takes back what the synchronisation has written. `back`: which change in its log, from the latest. */
export type UndoAct = { do: "undo"; back: number };

export type Act =
  | TalkAct
  | PlanningAct
  | UndoAct
  | { do: "create"; project: number; fields: FieldEdits }
  | { do: "edit"; item: number; fields: FieldEdits }
  | { do: "archive"; item: number }
  | { do: "unarchive"; item: number }
  | { do: "delete"; item: number }
  | { do: "editProject"; project: number; fields: { name?: number; description?: number } }
  /** Plane's webhook is switched off, or on again; Odoo's users have none to switch. */
  | { do: "webhookOff" }
  | { do: "webhookOn" };

export interface Edit {
  by: Side;
  /** After the edit before it, in ms. */
  waitMs: number;
  /** Not at its time, but right after the engine's next reading of that side: between its reading and its writing. */
  afterRead?: boolean;
  act: Act;
}

export interface Schedule {
  seed: number;
  workers: number;
  /** How many entities a worker has at work at once. */
  concurrency: number;
  /** Projects that are there before the first edit. */
  projects: { plane: number; odoo: number };
  /** How far each clock is from the true time, in ms. */
  skewMs: { plane: number; odoo: number; database: number };
  policy: ConflictPolicy;
  hooks: OdooHooks;
  faults: Faults;
  /** Null: nobody plans. */
  moduleAs: ModuleAs | null;
  edits: Edit[];
}

export function isTalk(act: Act): act is TalkAct {
  return act.do === "comment" || act.do === "editComment" || act.do === "deleteComment";
}

const PLANNING = ["makePlan", "editPlan", "deletePlan", "join", "leave"];

export function isPlanning(act: Act): act is PlanningAct {
  return PLANNING.includes(act.do);
}
