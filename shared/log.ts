/** One JSON object per line: what happened, to which record, how long it took. Never contents, never a secret. */

export type LogLevel = "debug" | "info" | "warn" | "error";
export type LogFacts = Readonly<Record<string, string | number | boolean | null | undefined>>;
export type Log = (level: LogLevel, event: string, facts?: LogFacts) => void;

const ORDER: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** The hosted platform cuts a line at 10,000 characters; ours stay far below, so that each stays valid JSON. */
const MAX_TEXT = 500;

/**
 * @param write receives one line without its end
 * @param now the time, ms since the epoch
 * @param lowest what is less important is not written
 */
export function createLog(write: (line: string) => void, now: () => number, lowest: LogLevel): Log {
  return (level, event, facts = {}) => {
    if (ORDER[level] < ORDER[lowest]) return;
    const short = Object.entries(facts).map(([name, value]) => [
      name,
      typeof value === "string" ? value.slice(0, MAX_TEXT) : value,
    ]);
    write(JSON.stringify({ at: new Date(now()).toISOString(), level, event, ...Object.fromEntries(short) }));
  };
}
