/** Identical reads that are under way at the same time become one call to Plane. */
import type { ProxiedAnswer } from "./answer.ts";

type Work = (signal: AbortSignal) => Promise<ProxiedAnswer>;

interface UnderWay {
  readonly answer: Promise<ProxiedAnswer>;
  readonly abort: AbortController;
  waiting: number;
}

export interface Collapse {
  /**
   * The answer of the call under this key, made by `work` unless one is under way. The work's signal aborts when
   * nobody waits for it any more. An answer that came as a stream belongs to the first; the others make their own call.
   *
   * @throws what the work throws, for everybody who waits; the caller's signal's reason
   */
  run(key: string, signal: AbortSignal, work: Work): Promise<{ answer: ProxiedAnswer; shared: boolean }>;
}

export function createCollapse(): Collapse {
  const underWay = new Map<string, UnderWay>();

  function start(key: string, work: Work): UnderWay {
    const abort = new AbortController();
    const answer = work(abort.signal).finally(() => {
      if (underWay.get(key) === call) underWay.delete(key);
    });
    // Everybody may have gone by the time it fails.
    answer.catch(() => {});
    const call: UnderWay = { answer, abort, waiting: 0 };
    underWay.set(key, call);
    return call;
  }

  return {
    async run(key, signal, work) {
      signal.throwIfAborted();
      const found = underWay.get(key);
      const call = found ?? start(key, work);
      const answer = await whileWanted(call, signal, () => {
        if (underWay.get(key) === call) underWay.delete(key);
      });
      if (found === undefined) return { answer, shared: false };
      if (answer.body instanceof ReadableStream) return { answer: await work(signal), shared: false };
      return { answer, shared: true };
    },
  };
}

/** Waits with the others; the last one to leave ends the call. */
async function whileWanted(call: UnderWay, signal: AbortSignal, forget: () => void): Promise<ProxiedAnswer> {
  call.waiting += 1;
  const left = Promise.withResolvers<never>();
  const leave = () => left.reject(signal.reason);
  signal.addEventListener("abort", leave, { once: true });
  try {
    return await Promise.race([call.answer, left.promise]);
  } finally {
    signal.removeEventListener("abort", leave);
    call.waiting -= 1;
    if (call.waiting === 0 && signal.aborted) {
      forget();
      call.abort.abort(signal.reason);
    }
  }
}
