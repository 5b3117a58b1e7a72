/** Waiting that ends when the caller gives up. */
export type Pause = (milliseconds: number, signal?: AbortSignal) => Promise<void>;

/** Resolves after the time; rejects with the signal's reason as soon as it is aborted. */
export const pause: Pause = (milliseconds, signal) => {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = () => reject(signal?.reason);
  signal?.addEventListener("abort", stop, { once: true });
  const timer = setTimeout(resolve, milliseconds);
  return promise.finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  });
};
