/** The setting that says which answers are kept, and for how long. */
import { matchesPattern, type PathPattern, readPattern } from "./path_pattern.ts";

export interface CacheRule {
  readonly pattern: PathPattern;
  readonly keepMs: number;
}

/** Nothing is kept longer, whatever the setting says: not every change in Plane is told by a webhook. */
const LONGEST_SECONDS = 300;

// `workspaces/*/projects/*/states=60, workspaces/*/members=300`: patterns and seconds. Undefined when it cannot be read.
export function readCacheRules(text: string): CacheRule[] | undefined {
  const rules: CacheRule[] = [];
  for (const part of text.split(",").map((rule) => rule.trim()).filter((rule) => rule !== "")) {
    const [, path = "", seconds = ""] = /^(\S+?)=(\d{1,3})$/.exec(part) ?? [];
    const pattern = readPattern(path);
    if (pattern === undefined || Number(seconds) > LONGEST_SECONDS) return undefined;
    rules.push({ pattern, keepMs: Number(seconds) * 1000 });
  }
  return rules;
}

/** How long an answer from there may be kept, in ms; 0: not at all. */
export function keepMs(rules: readonly CacheRule[], segments: readonly string[]): number {
  return rules.find(({ pattern }) => matchesPattern(pattern, segments))?.keepMs ?? 0;
}
