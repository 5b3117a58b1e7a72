/** Sends webhooks as Plane's workers do: after the answer, with the record as it is by then, at their own pace. */
import type { Announcement } from "./announcement.ts";
import { type EnvelopeInput, legacy, versionOne, versionTwo, versionTwoName } from "./envelope.ts";
import { dumpJson, type JsonObject } from "./python_json.ts";
import type { Scheduler } from "./scheduler.ts";
import { type Answered, post, signature } from "./post.ts";
import type { Webhook, Webhooks } from "./webhooks.ts";
import { webhookData } from "./webhook_data.ts";
import type { World } from "./world.ts";

/** Delivery attempts before a webhook is switched off: the first and five more. */
const ATTEMPTS = 6;
const LONGEST_RETRY_MS = 600_000;

export interface Delivery {
  readonly webhookId: string;
  /** The value of `X-Plane-Delivery`: another one for each attempt. */
  readonly deliveryId: string;
  readonly event: string;
  readonly attempt: number;
  readonly body: string;
  readonly signature: string;
  /** The status, which v1 ignores, or how the connection failed. */
  readonly answered: Answered;
}

export interface OutboxOptions {
  readonly world: World;
  readonly webhooks: Webhooks;
  readonly scheduler: Scheduler;
  readonly fetch: typeof fetch;
  /** Between a change and the reading of its record, in ms. */
  readonly delayMs: number;
  readonly timeoutMs: number;
  /** How many deliveries are on their way at once. With more than one, order is lost, as in Plane. */
  readonly workers: number;
}

interface Job {
  readonly webhook: Webhook;
  readonly event: string;
  readonly attempt: number;
  readonly body: (deliveryId: string) => string;
}

export class Outbox {
  readonly deliveries: Delivery[] = [];
  readonly #options: OutboxOptions;
  readonly #queue: Job[] = [];
  readonly #stop = new AbortController();
  readonly #waiters: (() => void)[] = [];
  #running = 0;
  #pending = 0;

  constructor(options: OutboxOptions) {
    this.#options = options;
    options.world.announce = (announcement) => this.#accept(announcement);
  }

  /** Resolves when nothing is due or on its way. Retries that wait for their time do not count. */
  idle(): Promise<void> {
    if (this.#running === 0 && this.#pending === 0 && this.#queue.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** Drops what waits and breaks off what is on its way. */
  async close(): Promise<void> {
    this.#queue.length = 0;
    this.#pending = 0;
    this.#options.scheduler.clear();
    this.#stop.abort();
    await this.idle();
  }

  #accept(announcement: Announcement): void {
    this.#pending += 1;
    this.#options.scheduler.after(this.#options.delayMs, () => {
      this.#pending -= 1;
      if (!this.#stop.signal.aborted) this.#expand(announcement);
      this.#work();
    });
  }

  /** From a change to one job per webhook, and in v1 per changed field; all of them share one snapshot. */
  #expand(announcement: Announcement): void {
    const { world, webhooks } = this.#options;
    const touchedFirst = world.random() >= 1 / 6;
    if (touchedFirst) this.#touch(announcement);
    const deleted = announcement.action === "deleted";
    const data = deleted ? {} : webhookData(world, announcement.entity, announcement.id);
    if (!touchedFirst) this.#touch(announcement);
    if (data === undefined || (announcement.action === "updated" && announcement.changes.length === 0)) {
      return;
    }
    for (const webhook of webhooks.listeners(announcement.entity)) {
      this.#queue.push(...this.#jobs(webhook, { world, webhookId: webhook.id, announcement, data }));
    }
  }

  /** A background task saves a changed work item again; now and then the webhook was read before that. */
  #touch({ entity, action, id, changes }: Announcement): void {
    const item = this.#options.world.workItems.get(id);
    if (entity !== "issue" || item === undefined || (action === "updated" && changes.length === 0)) return;
    item.updated_at = this.#options.world.clock.stamp();
  }

  #jobs(webhook: Webhook, input: EnvelopeInput): Job[] {
    const { announcement, world } = input;
    const fixed = (event: string, payload: JsonObject): Job => {
      const body = dumpJson(payload);
      return { webhook, event, attempt: 1, body: () => body };
    };
    if (webhook.version === "v2") {
      const eventId = world.newId();
      const body = (deliveryId: string) => dumpJson(versionTwo(input, eventId, deliveryId));
      return [{ webhook, event: versionTwoName(announcement), attempt: 1, body }];
    }
    if (!announcement.inVersionOne) return [];
    if (webhook.version === "legacy") {
      return [fixed(`${announcement.entity}.${announcement.action}`, legacy(input))];
    }
    const changes = announcement.action === "updated" ? announcement.changes : [undefined];
    return changes.map((change) => fixed(announcement.entity, versionOne(input, change)));
  }

  #work(): void {
    while (this.#running < this.#options.workers) {
      const job = this.#queue.shift();
      if (job === undefined) break;
      this.#running += 1;
      this.#deliver(job).finally(() => {
        this.#running -= 1;
        this.#work();
      });
    }
    if (this.#running === 0 && this.#pending === 0) {
      for (const waiter of this.#waiters.splice(0)) {
        waiter();
      }
    }
  }

  async #deliver(job: Job): Promise<void> {
    const { webhook, event, attempt } = job;
    if (!webhook.isActive) return;
    const deliveryId = this.#options.world.newId();
    const body = job.body(deliveryId);
    const signed = signature(webhook.secret, body);
    const answered = await post(this.#options, {
      url: webhook.url,
      event,
      deliveryId,
      body,
      signature: signed,
    }, this.#stop.signal);
    this.deliveries.push({
      webhookId: webhook.id,
      deliveryId,
      event,
      attempt,
      body,
      signature: signed,
      answered,
    });
    if (this.#stop.signal.aborted || !failed(webhook, answered)) return;
    if (attempt === ATTEMPTS) {
      webhook.isActive = false;
      return;
    }
    this.#options.scheduler.after(this.#options.world.random() * LONGEST_RETRY_MS, () => {
      this.#queue.push({ ...job, attempt: attempt + 1 });
      this.#work();
    });
  }
}

/** v1 knows only broken connections as failures; v2 also repeats after a 5xx. */
function failed(webhook: Webhook, answered: Answered): boolean {
  return typeof answered === "string" || (webhook.version === "v2" && answered >= 500);
}
