/** The setting that says which answers are kept, and for how long. */
import { matchesPattern, type PathPattern, readPattern } from "./path_pattern.ts";

export interface CacheRule {
  readonly pattern: PathPattern;
  readonly keepMs: number;
}

/** Nothing is kept longer, whatever the setting says: not every change in Plane is told by a webhook. */
const LONGEST_SECONDS = 300;

const UNREADABLE = "The environment cannot be used. PLANE_PROXY_CACHE: must be path patterns and seconds " +
  `(up to ${LONGEST_SECONDS}), like workspaces/*/projects/*/states=60,workspaces/*/members=300`;

// `workspaces/*/projects/*/states=60, workspaces/*/members=300`: patterns and seconds.
// Throws an Error that names the variable when it cannot be read.
export function readCacheRules(text: string): CacheRule[] {
  const parts = text.split(",").map((rule) => rule.trim()).filter((rule) => rule !== "");
  return parts.map((part) => {
    const [, path = "", seconds = ""] = /^(\S+?)=(\d{1,3})$/.exec(part) ?? [];
    const pattern = readPattern(path);
    if (pattern === undefined || Number(seconds) > LONGEST_SECONDS) throw new Error(UNREADABLE);
    return { pattern, keepMs: Number(seconds) * 1000 };
  });
}

/** How long an answer from there may be kept, in ms; 0: not at all. */
export function keepMs(rules: readonly CacheRule[], segments: readonly string[]): number {
  return rules.find(({ pattern }) => matchesPattern(pattern, segments))?.keepMs ?? 0;
}
