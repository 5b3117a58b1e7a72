/** Memory another process holds now, in MB (2^20). NaN where the system has no /proc. */
export async function processMemoryMb(pid: number): Promise<number> {
  try {
    const status = await Deno.readTextFile(`/proc/${pid}/status`);
    return Number(/^VmRSS:\s*(\d+) kB/m.exec(status)?.[1]) / 1024;
  } catch {
    return NaN;
  }
}

/** The most it holds while the work lasts, looked at every few ms. */
export async function mostMemoryMb(pid: number, work: Promise<unknown>): Promise<number> {
  let most = await processMemoryMb(pid);
  let running = true;
  const ended = work.finally(() => running = false);
  while (running) {
    await Promise.race([ended.catch(() => {}), new Promise((resolve) => setTimeout(resolve, 10))]);
    most = Math.max(most, await processMemoryMb(pid));
  }
  await ended;
  return most;
}
