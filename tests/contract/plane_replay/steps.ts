/**
 * The order of the replay. A few calls of the session were not recorded, only their webhooks were; they are put back
 * where they happened, with the receiver's trouble that was the point of some of them.
 */
import type { Reaction } from "../../support/webhook_receiver.ts";
import type { CapturedCall } from "./captures.ts";

/** Steps that cause requests, and so perhaps webhooks. */
export type TrafficStep = Extract<Step, { readonly kind: "recorded" | "unrecorded" | "retries" }>;

export interface UnrecordedCall {
  readonly method: string;
  /** Relative to the project ACM, or to the item the step created (`created`). */
  readonly on: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

export type Step =
  | { readonly kind: "recorded"; readonly call: CapturedCall; readonly reactions?: readonly Reaction[] }
  | {
    readonly kind: "unrecorded";
    readonly calls: readonly UnrecordedCall[];
    /** The captured webhooks this caused. */
    readonly webhooks: readonly number[] | "not recorded";
    readonly reactions?: readonly Reaction[];
    /** All at the same moment, past the check for a taken external id. */
    readonly racing?: boolean;
  }
  | { readonly kind: "webhook removed"; readonly capturedId: string }
  | { readonly kind: "bob moves"; readonly timeZone: string }
  /** Time passes until every waiting retry was sent. */
  | {
    readonly kind: "retries";
    readonly webhooks: readonly number[];
    readonly reactions?: readonly Reaction[];
  };

const SECOND_WEBHOOK = "a09f1a7b-b261-40e8-8e0c-4d44d4879886";
const MINIMAL_ITEM = "work-items/4eb768e3-a568-49bd-8749-a347ae8b8246/";
const OLD_PATH_ITEM = "work-items/42020608-82ac-40ab-a3dc-9c6d2bf8b2a6/";

const renamed = (on: string, name: string): UnrecordedCall => ({ method: "PATCH", on, body: { name } });

function receiverTrouble(redirectTo: string): Step[] {
  const troubles: [string, Reaction, number[]][] = [
    ["receiver answers 500", 500, [86]],
    ["receiver answers 404", 404, [87]],
    ["receiver answers 410", 410, [88]],
    ["receiver answers 302", { redirectTo }, [89, 90]],
    ["receiver resets the connection", "reset", [91]],
    ["receiver never answers", "silence", [92]],
  ];
  const steps = troubles.map(([name, reaction, webhooks]): Step => ({
    kind: "unrecorded",
    calls: [renamed(MINIMAL_ITEM, name)],
    webhooks,
    reactions: [reaction],
  }));
  return [...steps, { kind: "retries", webhooks: [93, 117] }];
}

const QUICK_CHANGES: Step[] = [
  ...[1, 2, 3, 4, 5].map((count): Step => ({
    kind: "unrecorded",
    calls: [renamed(OLD_PATH_ITEM, `rapid ${count}`)],
    webhooks: [100 + count],
  })),
  {
    kind: "unrecorded",
    calls: [{ method: "POST", on: "work-items/", body: { name: "created and deleted at once" } }],
    webhooks: [106],
  },
  { kind: "unrecorded", calls: [{ method: "DELETE", on: "created" }], webhooks: [] },
  {
    kind: "unrecorded",
    calls: [{ method: "POST", on: "work-items/", body: { name: "created then patched at once" } }],
    webhooks: [107],
  },
  {
    kind: "unrecorded",
    calls: [{ method: "PATCH", on: "created", body: { name: "patched at once", priority: "high" } }],
    webhooks: [108, 109],
  },
];

/** Creates with one external id, in the order in which they were stored. */
const race = (externalId: string, order: readonly number[]) =>
  order.map((count): UnrecordedCall => ({
    method: "POST",
    on: "work-items/",
    body: { name: `race ${count}`, external_id: externalId, external_source: "odoo" },
  }));

/** Three tries: in two of them all four creates were stored, in the third one was. Only the first was recorded. */
const RACING_CREATES: Step[] = [
  { kind: "unrecorded", calls: race("race-1", [3, 2, 1, 0]), webhooks: [150, 151, 152, 153], racing: true },
  { kind: "unrecorded", calls: race("race-2", [1, 2, 0, 3]), webhooks: "not recorded", racing: true },
  { kind: "unrecorded", calls: race("race-3", [0]), webhooks: "not recorded" },
];

/** The sixth attempt of one webhook switches it off. */
const LAST_ATTEMPTS = [119, 120, 121, 122, 123].map((seq): Step => ({
  kind: "retries",
  webhooks: [seq],
  reactions: ["reset"],
}));

/** `redirectTo`: where the receiver's 302 points. */
export function stepsOf(calls: readonly CapturedCall[], redirectTo: string): Step[] {
  return calls.flatMap((call): Step[] => {
    const recorded: Step = { kind: "recorded", call };
    switch (call.note) {
      case "pagination: page 1 of per_page=3":
        return [...receiverTrouble(redirectTo), recorded];
      case "parent create":
        return [{ kind: "webhook removed", capturedId: SECOND_WEBHOOK }, recorded];
      case "token of a user whose time zone is Europe/Berlin: timestamps in the answer":
        return [{ kind: "bob moves", timeZone: "Europe/Berlin" }, recorded];
      case "echo test: PATCH, updated_at compared":
        return [...QUICK_CHANGES, recorded];
      case "external id lookup after four simultaneous creates":
        return [...RACING_CREATES, recorded];
      case "receiver resets every connection: attempts 1..6 (backoff shortened from outside)":
        return [{ ...recorded, reactions: ["reset"] }, ...LAST_ATTEMPTS];
    }
    return [recorded];
  });
}
