/** CPU time another process has used so far, user and system, in ms. NaN where the system has no /proc. */
export async function processCpuMs(pid: number): Promise<number> {
  try {
    const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
    // The name in brackets may hold blanks; user and system time are the 12th and 13th value after it, in 10 ms ticks.
    const values = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(values[11]) + Number(values[12])) * 10;
  } catch {
    return NaN;
  }
}
