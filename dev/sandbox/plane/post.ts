/** One webhook request, signed. */
import { createHmac } from "node:crypto";

/** The receiver's status, or what happened to the connection. */
export type Answered = number | "broken" | "timeout";

/** HMAC-SHA256 over the bytes that are posted, 64 hex digits, no prefix. */
export function signature(secret: string, body: string): string {
  return createHmac("sha256", secret).update(body).digest("hex");
}

export interface Posted {
  readonly url: string;
  readonly event: string;
  readonly deliveryId: string;
  readonly body: string;
  readonly signature: string;
}

/** Posts and reports; never throws. Redirects are followed: 301 and 302 turn the request into a GET without a body. */
export async function post(
  options: { readonly fetch: typeof fetch; readonly timeoutMs: number },
  posted: Posted,
  stop: AbortSignal,
): Promise<Answered> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), options.timeoutMs);
  try {
    const response = await options.fetch(posted.url, {
      method: "POST",
      headers: {
        "User-Agent": "Autopilot",
        "Accept": "*/*",
        "Content-Type": "application/json",
        "X-Plane-Delivery": posted.deliveryId,
        "X-Plane-Event": posted.event,
        "X-Plane-Signature": posted.signature,
      },
      body: posted.body,
      signal: AbortSignal.any([timeout.signal, stop]),
    });
    await response.body?.cancel();
    return response.status;
  } catch {
    return timeout.signal.aborted ? "timeout" : "broken";
  } finally {
    clearTimeout(timer);
  }
}
