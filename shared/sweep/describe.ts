/** What the status says of the sweeps: how old an unseen change may be, which webhook is silent, and where a brake is on. Pure. */
import { z } from "zod";
import type { SweepRows } from "../store/sweeping/sweep_status.ts";
import { brakeShape } from "./brakes.ts";
import { INTERVALS, planeInterval } from "./schedule.ts";
import { projectsCursorShape } from "./sweep_projects.ts";

/** How old the oldest unseen change of a kind may be. */
export interface Staleness {
  /** `plane:issue`, `odoo:project.task`, `plane:deleted issue`, `odoo:deleted project.task`. */
  records: string;
  /** Seconds since the last whole reading began; of several projects the oldest. Null: there was none yet. */
  unseen_for_s: number | null;
  /** What it stays under while sweeps run and the request budget has room. */
  promised_s: number;
  late: boolean;
}

export interface SilentWebhook {
  source: string;
  records: string;
  since: string;
  changes: number;
  action: string;
}

export interface Brake {
  side: string;
  records: string;
  project: string;
  since: string;
  vanished: number;
  known: number;
  action: string;
}

export interface SweepAction {
  urgency: number;
  topic: string;
  subject: string;
  affected: number;
  action: string;
}

export interface SweepDescription {
  staleness: Staleness[];
  webhook_silent: SilentWebhook[];
  brakes: Brake[];
  /** Projects with a partner that Plane does not show to our key. */
  unseen_projects: string[];
}

/** The schedule asks once a minute. */
const TICK_S = 60;

const silenceShape = z.object({ since: z.string(), changes: z.number() });
const sweptShape = z.object({ swept_at: z.string() });

export function describeSweeps({ cursors, ended }: SweepRows, now: Date): SweepDescription {
  const projects = projectsCursorShape.safeParse(cursors.find(({ name }) => name === "plane:project")?.value)
    .data ?? {};
  const planeMs = planeInterval(projects.calls ?? 1, INTERVALS);
  const oldest = new Map<string, { at: string | null; promisedMs: number }>();
  for (const { name, value } of cursors) {
    const reader = readerOf(name, planeMs, projects.readable ?? []);
    if (reader === null) continue;
    const at = sweptShape.safeParse(value).data?.swept_at ?? null;
    const before = oldest.get(reader.records);
    const older = before === undefined || at === null || (before.at !== null && at < before.at);
    if (older) oldest.set(reader.records, { at, promisedMs: reader.promisedMs });
  }
  const staleness = [...oldest].map(([records, { at, promisedMs }]): Staleness => {
    const unseen = at === null ? null : Math.max(0, Math.round((now.getTime() - Date.parse(at)) / 1000));
    const promised = Math.round(promisedMs / 1000) + TICK_S;
    return {
      records,
      unseen_for_s: unseen,
      promised_s: promised,
      late: unseen !== null && unseen > 2 * promised,
    };
  });
  const webhook_silent = cursors.flatMap(({ name, value }) =>
    ended.includes(name) ? [] : silenceOf(name, value)
  );
  const brakes = cursors.flatMap(({ name, value }) => brakeOf(name, value));
  const unseen_projects = projects.unseen ?? [];
  return { staleness, webhook_silent, brakes, unseen_projects };
}

function readerOf(
  name: string,
  planeMs: number,
  readable: readonly string[],
): { records: string; promisedMs: number } | null {
  const [side, type = "", project] = name.split(":");
  if (side === "odoo") {
    return type === "full"
      ? { records: `odoo:deleted ${project ?? ""}`, promisedMs: INTERVALS.fullMs }
      : { records: name, promisedMs: INTERVALS.odooMs };
  }
  if (side !== "plane" || (project !== undefined && !readable.includes(project))) return null;
  if (type === "full") return { records: "plane:deleted issue", promisedMs: INTERVALS.fullMs };
  return { records: `plane:${type}`, promisedMs: type === "cycle" ? INTERVALS.cyclesMs : planeMs };
}

function silenceOf(name: string, value: unknown): SilentWebhook[] {
  const [prefix, source = "", records = ""] = name.split(":");
  const silence = silenceShape.safeParse(value).data;
  if (prefix !== "silence" || silence === undefined) return [];
  const action = source === "plane"
    ? "Switch the webhook on in Plane: Workspace settings -> Webhooks, with the events of these records. " +
      "Plane switches it off by itself after 6 failures of one event, and there is no API for it."
    : "Look at the automation rule in Odoo that calls the webhook, and at what it logged. Polling brings the changes meanwhile.";
  return [{ source, records, ...silence, action }];
}

function brakeOf(name: string, value: unknown): Brake[] {
  const [prefix, side = "", records = "", project = ""] = name.split(":");
  const brake = brakeShape.safeParse(value).data;
  if (prefix !== "brake" || brake === undefined || brake.state !== "open") return [];
  const { since, vanished, known } = brake;
  const action = `Look whether they were really deleted, then: POST ?action=sweep {"release": "${project}"}`;
  return [{ side, records, project, since, vanished, known, action }];
}

/** What somebody should do about it, as the status lists it. */
export function actionsOf(
  { staleness, webhook_silent, brakes, unseen_projects }: SweepDescription,
): SweepAction[] {
  return [
    ...brakes.map(({ project, vanished, action }) => (
      { urgency: 1, topic: "brake", subject: project, affected: vanished, action }
    )),
    ...webhook_silent.map(({ source, records, changes, action }) => (
      { urgency: 1, topic: "webhook_silent", subject: `${source}: ${records}`, affected: changes, action }
    )),
    ...staleness.filter(({ late }) => late).map(({ records }) => ({
      urgency: 2,
      topic: "sweep_late",
      subject: records,
      affected: 1,
      action: "Look whether the schedule calls ?action=sweep every minute, and at plane.v_api_budget",
    })),
    ...unseen_projects.map((subject) => ({
      urgency: 2,
      topic: "project_not_visible",
      subject,
      affected: 1,
      action:
        "Make the key's user a member of this Plane project again, or archive its partner in Odoo: it may be deleted",
    })),
  ];
}
