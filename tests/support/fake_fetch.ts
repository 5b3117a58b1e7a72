/** A `fetch` that answers from a list and remembers what it was asked. */

export interface Sent {
  url: string;
  method: string;
  headers: Headers;
  /** The JSON body, or undefined. */
  body: unknown;
  redirect: string | undefined;
}

export type Reply = (sent: Sent, signal: AbortSignal) => Response | Promise<Response>;

/** Each call takes the next reply; the last one is used again for all calls after it. */
export function fakeFetch(...replies: Reply[]): { fetch: typeof fetch; sent: Sent[] } {
  const sent: Sent[] = [];
  const fake = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const { body } = init;
    const text = typeof body === "string" ? body : body instanceof Blob ? await body.text() : undefined;
    const request: Sent = {
      url: String(input),
      method: init.method ?? "GET",
      headers: new Headers(init.headers),
      body: text === undefined ? undefined : JSON.parse(text),
      redirect: init.redirect,
    };
    const reply = replies[Math.min(sent.length, replies.length - 1)];
    sent.push(request);
    if (reply === undefined) throw new Error("no reply is left");
    return await reply(request, init.signal ?? new AbortController().signal);
  };
  return { fetch: fake, sent };
}

export function jsonReply(body: unknown, status = 200, headers: Record<string, string> = {}): Reply {
  return () =>
    new Response(JSON.stringify(body), {
      status,
      headers: { "content-type": "application/json", ...headers },
    });
}

export function pageReply(status: number, headers: Record<string, string> = {}): Reply {
  return () =>
    new Response("<!DOCTYPE html>", { status, headers: { "content-type": "text/html", ...headers } });
}

/** Never answers, and ends as a real fetch does when it is aborted. */
export const silence: Reply = (_sent, signal) =>
  new Promise((_resolve, reject) => {
    const stop = () => reject(new DOMException("The operation was aborted.", "AbortError"));
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
  });

/** Fails as fetch does, with the reason one level down. */
export function networkFailure(reason: string): Reply {
  return () => Promise.reject(new TypeError("fetch failed", { cause: new Error(reason) }));
}
