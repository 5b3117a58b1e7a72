/** Plane's webhooks on their way: lost, doubled, late, broken off; what arrives is verified and stored as the function does it. */
import type { Kernel } from "../kernel/kernel.ts";
import { normalisePlane } from "../../../shared/webhook/normalise_plane.ts";
import type { Delivery } from "../../../shared/delivery.ts";
import type { Trouble } from "./trouble.ts";

export const HOOK_URL = "http://sync.invalid/plane-sync?source=plane";

/** Where deliveries of either side end: stored or not stored. */
export type Receive = (delivery: Delivery, body: string) => Promise<void>;

export interface PlaneHookOptions {
  kernel: Kernel;
  trouble: Trouble;
  receive: Receive;
  newId: () => string;
}

/** What the sandbox's outbox posts with. Plane looks at nothing but the connection. */
export function planeHookFetch({ kernel, trouble, receive, newId }: PlaneHookOptions): typeof fetch {
  return (_url, init = {}) => {
    const body = trouble.chance("noneText") ? withNoneText(String(init.body)) : String(init.body);
    const deliveryId = new Headers(init.headers).get("x-plane-delivery");
    const arrive = (afterMs: number) =>
      void kernel.after(afterMs, null, () => {
        kernel.trace.add(kernel.now, `plane webhook ${deliveryId?.slice(0, 4)}`);
        const delivery = normalisePlane(
          JSON.parse(body),
          new TextEncoder().encode(body),
          deliveryId,
          newId(),
        );
        return receive(delivery, body);
      });
    const { random } = trouble;
    if (trouble.chance("webhookBroken")) {
      // Half of them came through all the same: only the answer was lost.
      if (random.chance(0.5)) arrive(random.between(1, 200));
      return Promise.reject(new TypeError("connection reset by peer"));
    }
    if (!trouble.chance("webhookLost")) {
      arrive(trouble.chance("webhookDelayed") ? random.between(1_000, 900_000) : random.between(5, 300));
      if (trouble.chance("webhookDoubled")) arrive(random.between(5, 120_000));
    }
    return Promise.resolve(new Response("ok"));
  };
}

/** Plane has been seen to print Python's None instead of null. */
function withNoneText(body: string): string {
  return body.replaceAll(/"(parent|target_date|start_date|archived_at)": null/g, '"$1": "None"');
}
