/** Plays the captured traffic against a sandbox and lists every difference. */
import { createHmac } from "node:crypto";
import { z } from "zod";
import { eventually } from "../../support/eventually.ts";
import { manualScheduler } from "../../../dev/sandbox/plane/scheduler.ts";
import { type SandboxPlane, startSandboxPlane, type Webhook } from "../../../dev/sandbox/plane/server.ts";
import {
  type ReceivedWebhook,
  startWebhookReceiver,
  type WebhookReceiver,
} from "../../support/webhook_receiver.ts";
import {
  CAPTURED_IDS,
  type CapturedCall,
  capturedCalls,
  type CapturedWebhook,
  capturedWebhooks,
} from "./captures.ts";
import { compareJson, Ids } from "./compare.ts";
import { replaySessionCall } from "./session.ts";
import { type Step, stepsOf, type TrafficStep, type UnrecordedCall } from "./steps.ts";

const PROJECT = "e26b06b2-6d78-487e-a3b4-bddd7534716f";
const LONGEST_RETRY_MS = 600_000;
const COMPARED_HEADERS = ["content-type", "allow", "location", "retry-after"];
const PRESENT_HEADERS = ["x-ratelimit-remaining", "x-ratelimit-reset"];

export interface ReplayResult {
  /** `api 20: status 200 -> 404` and the like, in order. */
  readonly differences: readonly string[];
  readonly calls: number;
  readonly webhooks: number;
}

export async function replayCaptures(): Promise<ReplayResult> {
  const receiver = startWebhookReceiver();
  let now = Date.parse("2026-11-21T02:36:00Z");
  const scheduler = manualScheduler();
  // Not a constant: ids are drawn from it as well. Never low enough to skip the background save of a work item.
  const plane = await startSandboxPlane({
    now: () => now,
    random: () => 0.2 + Math.random() * 0.8,
    scheduler,
    // Only one captured receiver never answers; long enough for a busy machine.
    webhookTimeoutMs: 2_000,
  });
  try {
    const replay = new Replay(plane, receiver, (milliseconds) => scheduler.advance(milliseconds));
    for (const step of stepsOf(capturedCalls(), `${receiver.url}/redirected`)) {
      const reset = step.kind === "recorded" ? step.call.response_headers["X-RateLimit-Reset"] : undefined;
      now = Math.max(now + 1, reset === undefined ? 0 : (Number(reset) - 60) * 1000);
      await replay.play(step);
    }
    replay.finish();
    return { differences: replay.differences, calls: replay.calls, webhooks: replay.webhooks };
  } finally {
    await plane.close();
    await receiver.close();
  }
}

class Replay {
  readonly differences: string[] = [];
  calls = 0;
  webhooks = 0;
  readonly #ids = new Ids();
  readonly #sessionWebhooks = new Map<string, Webhook>();
  readonly #captured = capturedWebhooks();
  readonly #expected = new Set<number>();
  readonly #byNote: Map<string, number[]>;
  #sessionCalls = 0;
  #created = "";
  #lastBurst = 0;

  constructor(
    readonly plane: SandboxPlane,
    readonly receiver: WebhookReceiver,
    readonly advance: (milliseconds: number) => void,
  ) {
    const { users } = plane;
    this.#ids.learn(CAPTURED_IDS.workspace, plane.workspaceId);
    for (const name of ["alice", "bob", "gus", "bot", "otto"] as const) {
      this.#ids.learn(CAPTURED_IDS[name], users[name].id);
    }
    const groups = Map.groupBy(this.#captured, (webhook) => webhook.note);
    this.#byNote = new Map([...groups].map(([note, group]) => [note, group.map(({ seq }) => seq)]));
    // Bob moved to Berlin in the middle of the capture.
    users.bob.timezone = "UTC";
  }

  async play(step: Step): Promise<void> {
    if (step.kind === "bob moves") {
      this.plane.users.bob.timezone = step.timeZone;
      return;
    }
    if (step.kind === "webhook removed") {
      const webhook = this.#sessionWebhooks.get(step.capturedId);
      if (webhook !== undefined) this.plane.webhooks.remove(webhook);
      return;
    }
    this.receiver.received.length = 0;
    this.receiver.reactions.splice(0, Infinity, ...step.reactions ?? []);
    if (step.kind === "recorded") await this.#recorded(step.call);
    else if (step.kind === "unrecorded") await this.#unrecorded(step.calls, step.racing === true);
    this.advance(step.kind === "retries" ? LONGEST_RETRY_MS : 0);
    await this.plane.idle();
    this.#compareWebhooks(step);
  }

  finish(): void {
    this.differences.push(`session API: ${this.#sessionCalls} answers are not compared`);
    for (const { seq } of this.#captured) {
      if (!this.#expected.has(seq)) this.differences.push(`webhook ${seq}: belongs to no step`);
    }
  }

  async #recorded(call: CapturedCall): Promise<void> {
    this.calls += 1;
    if (call.as === "session" && !call.path.startsWith("/api/v1/")) {
      const { plane } = this;
      this.#sessionCalls += 1;
      await replaySessionCall(call, {
        plane,
        ids: this.#ids,
        receiverUrl: this.receiver.url,
        webhooks: this.#sessionWebhooks,
      });
      return;
    }
    await this.#fillBurst(call);
    const body = call.request_body === null ? null : this.#ids.translate(call.request_body);
    const headers = {
      "Content-Type": "application/json",
      ...call.request_headers,
      ...this.#credentials(call.as),
    };
    const response = await this.#send(call.method, this.#ids.translate(call.path), body, headers);
    const text = await response.text();
    const report = (difference: string) => this.differences.push(`api ${call.number}: ${difference}`);
    if (response.status !== call.status) report(`status ${call.status} -> ${response.status}`);
    for (const difference of compareJson(call.response_body, text, this.#ids)) report(difference);
    const captured = new Headers(call.response_headers);
    for (const name of COMPARED_HEADERS) {
      const wanted = captured.get(name) === null ? null : this.#ids.translate(captured.get(name) ?? "");
      // Seconds are rounded up from a fraction the capture does not tell.
      const near = name === "retry-after" &&
        Math.abs(Number(wanted) - Number(response.headers.get(name))) <= 1;
      if (!near && response.headers.get(name) !== wanted) {
        report(`header ${name}: ${wanted} -> ${response.headers.get(name)}`);
      }
    }
    for (const name of PRESENT_HEADERS) {
      if (response.headers.has(name) !== captured.has(name)) {
        report(`header ${name}: ${captured.has(name)} -> ${response.headers.has(name)}`);
      }
    }
  }

  /** Of the burst against the request limit only a few calls were kept; the limit needs them all. */
  async #fillBurst(call: CapturedCall): Promise<void> {
    const count = Number(/burst, request (\d+) of/.exec(call.note)?.[1] ?? 0);
    for (let missing = this.#lastBurst + 1; missing < count; missing += 1) {
      const response = await this.#send("GET", "/api/v1/users/me/", null, this.#credentials("burst"));
      await response.text();
    }
    this.#lastBurst = Math.max(this.#lastBurst, count);
  }

  async #unrecorded(calls: readonly UnrecordedCall[], racing: boolean): Promise<void> {
    if (racing) this.plane.faults.race(calls.length);
    const answers: Promise<void>[] = [];
    for (const call of calls) {
      answers.push(this.#unrecordedCall(call));
      const started = answers.length;
      if (!racing) await answers.at(-1);
      else if (started < calls.length) {
        await eventually("the create is held", () => this.plane.faults.held === started);
      }
    }
    await Promise.all(answers);
  }

  async #unrecordedCall({ method, on, body }: UnrecordedCall): Promise<void> {
    const target = on === "created" ? `work-items/${this.#created}/` : on;
    const path = this.#ids.translate(`/api/v1/workspaces/acme/projects/${PROJECT}/${target}`);
    const headers = { "Content-Type": "application/json", ...this.#credentials("alice_service") };
    const response = await this.#send(
      method,
      path,
      body === undefined ? null : JSON.stringify(body),
      headers,
    );
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}`);
    if (method === "POST") this.#created = z.object({ id: z.string() }).parse(JSON.parse(text)).id;
  }

  #compareWebhooks(step: TrafficStep): void {
    const wanted = step.kind === "recorded" ? this.#seqsOf(step.call) : step.webhooks;
    if (wanted === "not recorded") return;
    const left = [...this.receiver.received];
    for (const seq of wanted) {
      const captured = this.#captured.find((webhook) => webhook.seq === seq);
      if (captured === undefined) throw new Error(`no captured webhook ${seq}`);
      this.#expected.add(seq);
      this.webhooks += 1;
      const index = left.findIndex((received) =>
        this.#title(captured.method, captured.path, captured.body) ===
          title(received.method, received.path, received.body)
      );
      const received = left.splice(index, index < 0 ? 0 : 1)[0];
      if (received === undefined) {
        this.differences.push(
          `webhook ${seq}: ${this.#title(captured.method, captured.path, captured.body)} did not come`,
        );
      } else this.#compareWebhook(captured, received);
    }
    const where = step.kind === "recorded" ? `api ${step.call.number}` : `step with webhook ${wanted[0]}`;
    for (const { method, path, body } of left) {
      this.differences.push(`${where}: unexpected webhook ${title(method, path, body)}`);
    }
  }

  #title(method: string, path: string, body: string): string {
    return this.#ids.translate(title(method, path, body));
  }

  #seqsOf(call: CapturedCall): readonly number[] {
    // A captured call and its webhooks carry the same note; the first of six attempts has a note of its own.
    return this.#byNote.get(call.note) ??
      (call.note.startsWith("receiver resets every connection") ? [118] : []);
  }

  #compareWebhook(captured: CapturedWebhook, received: ReceivedWebhook): void {
    const report = (difference: string) => this.differences.push(`webhook ${captured.seq}: ${difference}`);
    for (const difference of compareJson(captured.body, received.body, this.#ids)) report(difference);
    const wanted = new Headers(captured.headers);
    for (const name of ["content-type", "user-agent", "accept", "x-plane-event"]) {
      if ((received.headers.get(name) ?? null) !== wanted.get(name)) {
        report(`header ${name}: ${wanted.get(name)} -> ${received.headers.get(name)}`);
      }
    }
    if (!/^[0-9a-f-]{36}$/.test(received.headers.get("x-plane-delivery") ?? "")) report("no delivery id");
    if (!this.#isSigned(received)) report("signature does not verify");
    if (/[^\x20-\x7e]/.test(received.body)) report("body is not ASCII");
  }

  /** A followed redirect has lost its body, and carries the signature of what it lost. */
  #isSigned({ headers, path, body }: ReceivedWebhook): boolean {
    const signature = headers.get("x-plane-signature");
    if (body === "") return this.plane.deliveries.at(-1)?.signature === signature;
    return this.plane.webhooks.list().some((webhook) =>
      new URL(webhook.url).pathname === path &&
      createHmac("sha256", webhook.secret).update(body).digest("hex") === signature
    );
  }

  #send(
    method: string,
    path: string,
    body: string | null,
    headers: Record<string, string>,
  ): Promise<Response> {
    return fetch(this.plane.url + path, { method, body, headers, redirect: "manual" });
  }

  #credentials(as: string | null): Record<string, string> {
    const { apiKeys } = this.plane;
    if (as === null || as === "session") return {};
    const keys: Readonly<Record<string, string>> = { ...apiKeys, alice_service: apiKeys.service };
    return { "X-Api-Key": keys[as] ?? as };
  }
}

/** What identifies a webhook among those of one step; their order is not promised. */
function title(method: string, path: string, body: string): string {
  if (body === "") return `${method} ${path}`;
  const { event, action, activity, data } = JSON.parse(body);
  const created = action === "created" ? data.name ?? data.comment_html : data.id;
  return [method, path, event, action, activity.field, JSON.stringify(activity.new_value), created].join(" ");
}
