/** What a test waits for, or an error that says what did not come: a test that hangs tells nothing. */
export async function orFail<Value>(wanted: Promise<Value>, what: string): Promise<Value> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`${what} did not come within 10 s`)), 10_000);
  try {
    return await Promise.race([wanted, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
