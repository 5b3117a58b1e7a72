/** Plane's answer on its way to the caller. */
import { SuiteError } from "../errors.ts";
import { headersToCaller } from "./headers.ts";

export interface ProxiedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes can be given to several callers and be kept; a stream only to one. */
  readonly body: Uint8Array | ReadableStream<Uint8Array> | null;
}

/** An answer up to this size is read whole before it is passed on, so that callers can share it. */
const SHARED_BYTES = 262_144;
/** What `Retry-After` says where Plane says nothing: its window, in seconds. */
const WINDOW_SECONDS = "60";

export interface AnswerFacts {
  /** Plane's API root: `https://plane.example/api/v1/`. */
  readonly apiRoot: string;
  readonly method: string;
  /** The values of the headers that authenticate us. */
  readonly secrets: readonly string[];
}

/**
 * Passes status, body and the allowed headers on. Adds `Retry-After` to a 429 or 503 without one.
 *
 * A redirect is never followed: files lie elsewhere, and the caller gets the address; one that points into the API or
 * that answers a write is a mistake in PLANE_BASE_URL. An error's body is searched for our own credential, because a
 * server in debug mode prints the request it got.
 *
 * @throws SuiteError plane_bad_answer
 */
export async function answerOf(response: Response, facts: AnswerFacts): Promise<ProxiedAnswer> {
  const { status } = response;
  const headers = headersToCaller(response.headers);
  if (Object.values(headers).some((value) => containsSecret(value, facts))) return await refuse(response);
  if (status >= 300 && status < 400 && status !== 304) {
    const location = allowedLocation(response.headers.get("location"), facts);
    if (location === undefined) return await refuse(response);
    await response.body?.cancel();
    return { status, headers: { ...headers, location }, body: null };
  }
  if ((status === 429 || status === 503) && headers["retry-after"] === undefined) {
    headers["retry-after"] = WINDOW_SECONDS;
  }
  if (response.body === null) return { status, headers, body: null };
  const isShareable = status >= 400 || (facts.method === "GET" && isJson(response.headers));
  if (!isShareable) return { status, headers, body: response.body };
  const body = await readSome(response.body);
  if (status >= 400) {
    const seen = body instanceof Uint8Array ? body : await firstBytes(body);
    if (containsSecret(new TextDecoder().decode(seen), facts)) {
      throw new SuiteError("plane_bad_answer", { facts: { status } });
    }
    return { status, headers, body: seen };
  }
  return { status, headers, body };
}

async function refuse(response: Response): Promise<never> {
  await response.body?.cancel();
  const message = response.status < 400
    ? "Plane answered with a redirect; PLANE_BASE_URL must be the final address."
    : undefined;
  throw new SuiteError("plane_bad_answer", {
    ...(message === undefined ? {} : { message }),
    facts: { status: response.status },
  });
}

function containsSecret(text: string, { secrets }: AnswerFacts): boolean {
  return secrets.some((secret) => secret !== "" && text.includes(secret));
}

/** The whole address a GET may be sent on to; undefined for any other. */
function allowedLocation(location: string | null, facts: AnswerFacts): string | undefined {
  if (location === null || facts.method !== "GET" || containsSecret(location, facts)) return undefined;
  let url: URL;
  try {
    url = new URL(location, facts.apiRoot);
  } catch {
    return undefined;
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") return undefined;
  if (url.username !== "" || url.password !== "" || /\/api\/v1(\/|$)/.test(url.pathname)) return undefined;
  return url.href;
}

function isJson(headers: Headers): boolean {
  return /^application\/(json|[a-z.+-]*\+json)\s*(;|$)/i.test(headers.get("content-type") ?? "");
}

/** All bytes when they are few; else a stream of those already read and all that follow. */
async function readSome(
  body: ReadableStream<Uint8Array>,
): Promise<Uint8Array | ReadableStream<Uint8Array>> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  while (size <= SHARED_BYTES) {
    const { done, value } = await reader.read();
    if (done) return joined(chunks, size);
    chunks.push(value);
    size += value.length;
  }
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const first = chunks.shift();
      if (first !== undefined) return controller.enqueue(first);
      const { done, value } = await reader.read();
      if (done) return controller.close();
      controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}

/** An error's text longer than that is cut: nobody reads it. */
async function firstBytes(body: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > SHARED_BYTES) break;
  }
  return joined(chunks, size);
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const only = chunks[0];
  if (chunks.length === 1 && only !== undefined) return only;
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
