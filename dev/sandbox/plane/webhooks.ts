/** The webhooks of a workspace: who listens to what, with which secret. The REST API has no endpoint for them. */
import { ENTITIES, type Entity } from "./announcement.ts";
import type { WebhookVersion } from "./envelope.ts";
import type { World } from "./world.ts";

export interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly version: WebhookVersion;
  readonly events: readonly Entity[];
  /** The HMAC key is the whole text, `plane_wh_` included. */
  secret: string;
  /** False once an event failed six times; only a person switches it on again. */
  isActive: boolean;
}

export interface WebhookRequest {
  readonly url: string;
  /** Default: every kind of entity. */
  readonly events?: readonly Entity[];
  /** Default: v1, the only one of the community edition. */
  readonly version?: WebhookVersion;
  readonly secret?: string;
}

export class Webhooks {
  readonly #all: Webhook[] = [];

  constructor(readonly world: World) {}

  add(request: WebhookRequest): Webhook {
    const webhook: Webhook = {
      id: this.world.newId(),
      url: request.url,
      version: request.version ?? "v1",
      events: request.events ?? ENTITIES,
      secret: request.secret ?? `plane_wh_${this.world.hex(32)}`,
      isActive: true,
    };
    this.#all.push(webhook);
    return webhook;
  }

  /** The next delivery is signed with the new secret; there is no overlap. */
  regenerate(webhook: Webhook): string {
    return webhook.secret = `plane_wh_${this.world.hex(32)}`;
  }

  remove(webhook: Webhook): void {
    const index = this.#all.indexOf(webhook);
    if (index >= 0) this.#all.splice(index, 1);
  }

  list(): readonly Webhook[] {
    return [...this.#all];
  }

  listeners(entity: Entity): Webhook[] {
    return this.#all.filter((webhook) => webhook.isActive && webhook.events.includes(entity));
  }
}
